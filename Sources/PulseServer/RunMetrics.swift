internal import Pulse
internal import PulseMonitor

/// What `/metrics` says of runs and their sources: with a label for each run where there can be
/// several.
struct RunMetrics {
    private typealias Sample = MetricsText.Sample
    private typealias Labels = [(name: String, value: String)]

    /// A run, and what tells its samples from those of others.
    private struct Run {
        let labels: Labels
        let view: RunView
        /// Of the metrics that its trainer has told of first.
        let metrics: [(name: String, value: Double)]

        /// So many names have samples: each is a series.
        private static let metricLimit = 16

        init(labels: Labels, _ store: StatusStore) {
            self.labels = labels
            let snapshot = store.snapshot
            view = snapshot.view
            metrics = snapshot.version2.metrics(Self.metricLimit)
        }
    }

    private let runs: [Run]
    private let table: RunTable
    private let liveness: [Liveness: Int]
    private let isLabelled: Bool

    /// So many runs have samples: each makes series that Prometheus keeps for weeks.
    private static let limit = 1_000

    init(_ table: RunTable) {
        self.table = table
        isLabelled = !table.isSingle
        guard isLabelled else {
            let store = table.front.store
            runs = [Run(labels: [], store)]
            liveness = [:]
            return
        }
        let all = table.resources
        liveness = Dictionary(
            all.map { ($0.store.snapshot.view.liveness, 1) }, uniquingKeysWith: +)
        runs = all.sorted { $0.item.updated > $1.item.updated }.prefix(Self.limit).map { resource in
            Run(labels: [("run", resource.name.description)], resource.store)
        }
    }

    /// Writes all families.
    func write(to text: inout MetricsText) {
        writeStatus(to: &text)
        text.gauge(
            "pulse_liveness", "Whether the run is alive, as Pulse judges: 1 for the current state.",
            runs.flatMap { run in
                Self.states(
                    Liveness.allCases, run.view.liveness, label: "state", run.labels)
            })
        writeSource(to: &text)
        if isLabelled { writeList(to: &text) }
    }

    /// Without a state there are no samples: a 0 would be a lie.
    private func writeStatus(to text: inout MetricsText) {
        func gauge(_ name: String, _ help: String, _ value: (TrainingStatus) -> Double) {
            text.gauge(
                name, help,
                runs.compactMap { run in
                    run.view.status.map { Sample(run.labels, value($0)) }
                })
        }
        gauge("pulse_progress_ratio", "Progress of the run, 0 to 1.") { $0.progress / 100 }
        gauge("pulse_epoch", "Epochs done, with fractions.") { $0.epoch }
        gauge("pulse_epochs_planned", "Epochs planned; 0 when that isn't known.") { $0.totalEpochs }
        text.gauge(
            "pulse_loss", "The last good loss.",
            runs.compactMap { run in
                run.view.hasLoss ? run.view.status.map { Sample(run.labels, $0.loss) } : nil
            })
        writeDetails(to: &text)
        text.gauge(
            "pulse_status", "What the trainer says: 1 for the current status.",
            runs.flatMap { run in
                run.view.status.map {
                    Self.states(
                        TrainingStatus.State.allCases, $0.status, label: "status", run.labels)
                } ?? []
            })
        gauge(
            "pulse_last_update_timestamp_seconds",
            "When the trainer wrote the last good state, in unix time."
        ) { Double($0.timestamp) }
    }

    /// What PULSE v2 tells; no sample for what isn't known.
    private func writeDetails(to text: inout MetricsText) {
        func gauge(_ name: String, _ help: String, _ value: (RunDetails) -> Double?) {
            text.gauge(
                name, help,
                runs.compactMap { run in
                    run.view.details.flatMap(value).map { Sample(run.labels, $0) }
                })
        }
        gauge("pulse_learning_rate", "The learning rate last used.") { $0.learningRate }
        gauge("pulse_steps_done", "Optimizer updates done.") { $0.stepsDone.map(Double.init) }
        gauge("pulse_steps_planned", "Optimizer updates planned.") {
            $0.totalSteps.map(Double.init)
        }
        gauge("pulse_batch_size", "Samples in one update, over all ranks.") {
            $0.batchSize.map(Double.init)
        }
        gauge("pulse_gpu_memory_bytes", "Peak of the memory reserved on the trainer's device.") {
            $0.gpuMemoryUsage.map(Double.init)
        }
        text.gauge(
            "pulse_metric", "What else the trainer measures, by its name.",
            runs.flatMap { run in
                run.metrics.map { Sample(run.labels + [("name", $0.name)], $0.value) }
            })
        let infos = runs.compactMap { run in
            run.view.details.map { details in
                run.labels + [
                    ("profile", details.profile ?? ""), ("dataset", details.dataset ?? ""),
                ]
            }
        }
        if !infos.isEmpty {
            text.info("pulse_run_info", "What the run is.", labels: infos)
        }
    }

    /// Polls are counted for all sources together.
    private func writeSource(to text: inout MetricsText) {
        let counts = table.counts
        text.gauge(
            "pulse_source_valid", "Whether the newest poll of the source found a valid document.",
            runs.map { Sample($0.labels, $0.view.source == .ok ? 1 : 0) })
        text.counter(
            "pulse_source_reads_total", "Polls of the source.",
            [Sample([], Double(counts.polls))])
        text.counter(
            "pulse_source_errors_total", "Polls of the source that failed, by reason.",
            PulseError.Reason.allCases.map { reason in
                Sample([("reason", reason.rawValue)], Double(counts.failures[reason] ?? 0))
            })
    }

    private func writeList(to text: inout MetricsText) {
        text.gauge(
            "pulse_runs", "Current runs, by whether they are alive.",
            Liveness.allCases.map {
                Sample([("liveness", $0.rawValue)], Double(liveness[$0] ?? 0))
            })
        text.gauge(
            "pulse_runs_unlabelled", "Current runs that have no samples of their own here.",
            Double(liveness.values.reduce(0, +) - runs.count))
        let skipped = table.skipped
        text.gauge(
            "pulse_files_skipped", "What lies in the runs directory and isn't served, by reason.",
            SkippedFiles.Reason.allCases.map {
                Sample([("reason", $0.rawValue)], Double(skipped.counts[$0] ?? 0))
            })
    }

    /// 1 for the current one of some states, 0 for the others.
    private static func states<State: RawRepresentable<String> & Equatable>(
        _ all: [State], _ current: State, label: String, _ labels: Labels
    ) -> [Sample] {
        all.map { Sample(labels + [(label, $0.rawValue)], $0 == current ? 1 : 0) }
    }
}
