internal import Pulse
internal import PulseMonitor

/// A state in words: the parts of which screen and lines are made.
struct WatchText {
    let state: WatchState
    let verdict: Verdict
    let now: Moment
    /// What is watched, as the user named it.
    let name: String
    /// Whether the end of the run is waited for.
    let isWaitingForEnd: Bool
    /// The time of day at a unix time.
    let timeOfDay: (Int64) -> String

    var status: TrainingStatus? { state.reading?.status }

    /// `43.3 %`; nil when the total isn't known.
    var percent: String? {
        guard let status, status.totalEpochs > 0 else { return nil }
        return NumberText.percent(status.progress)
    }

    /// `epoch 1.3 of 3`.
    var epoch: String? {
        guard let status, status.status != .idle || status.epoch > 0 else { return nil }
        let epoch = "epoch \(NumberText.epoch(status.epoch))"
        guard status.totalEpochs > 0 else { return "\(epoch), total not known" }
        return "\(epoch) of \(NumberText.epoch(status.totalEpochs))"
    }

    /// `loss 0.4213`; `loss –` when none was measured yet.
    var loss: String? {
        guard let status, status.status != .idle else { return nil }
        return "loss \(state.loss.map(NumberText.number) ?? "–")"
    }

    /// `step 310 of 372`, `lr 1.2e-5`, `GPU memory 20 GiB`: what PULSE v2 tells, and nothing of what
    /// isn't known.
    var details: [String] {
        guard let details = state.reading?.document.details else { return [] }
        let total = details.totalSteps.map { " of \($0)" } ?? ""
        return [
            details.stepsDone.map { "step \($0)\(total)" },
            details.learningRate.map { "lr \(NumberText.number($0))" },
            details.gpuMemoryUsage.map { "GPU memory \(NumberText.memory(bytes: $0))" },
        ].compactMap(\.self)
    }

    /// `ETA 12 min`, or that it isn't known: as it was estimated with the newest update.
    var estimate: String? {
        guard verdict == .running else { return nil }
        return "ETA \(TimeLeft.text(state.reading?.etaSeconds, after: 0) ?? "not known yet")"
    }

    /// What is left of the estimate by now: a minute after an update a minute less.
    var eta: String? {
        guard verdict == .running else { return nil }
        guard let seconds = state.reading?.etaSeconds else { return estimate }
        let left = TimeLeft.text(seconds, after: Double(state.age(at: now) ?? 0))
        return "ETA \(left ?? "not known any more")"
    }

    /// `updated 3 s ago`.
    ///
    /// Before there is a file, nothing was written.
    var age: String? {
        guard verdict != .waiting || state.reading?.source == .ok else { return nil }
        return state.age(at: now).map { "updated \(NumberText.duration(seconds: Double($0))) ago" }
    }

    /// The message, fit for a terminal.
    var message: String {
        PrintableText.escaping(status?.message ?? "")
    }

    /// Why the verdict is what it is; it doesn't change with the passing of time alone.
    var reason: String {
        switch verdict {
        case .connecting: "to \(name)"
        case .unreachable: lostReason
        case .unknown: PrintableText.escaping(state.emptiness ?? "") + stillWaiting
        case .broken: "\(sourceReason); shown is the last good state"
        case .waiting where state.reading?.source == .missing: "for the file to appear"
        case .waiting: "for the job to start"
        case .running: "live"
        case .stale: "nothing new for too long, the job may be dead" + stillWaiting
        case .done, .failed: "finished"
        case .replaced: "another run has taken its place"
        }
    }

    /// How long it has been so, where that is known.
    var duration: String? {
        switch state.link {
        case .lost(let since, _, let retryAt):
            let passed = NumberText.duration(
                seconds: Double(max(0, now.unixTime.clampedDifference(since))))
            let left = (retryAt - now.monotonic) / .seconds(1)
            let next = left > 0.5 ? "next try in \(Int(left.rounded(.up))) s" : "trying again"
            return "for \(passed), \(next)"
        case .opening, .open, .over: return nil
        }
    }

    /// What was known when the link was lost.
    var lastKnown: String? {
        guard verdict == .unreachable, let reading = state.reading else {
            return nil
        }
        let source = reading.source == .ok ? "" : ", source \(reading.source.rawValue)"
        return
            "last known: \(reading.status.status.rawValue), \(reading.liveness.rawValue)\(source)"
    }

    private var lostReason: String {
        guard case .lost(let since, let reason, _) = state.link else { return "" }
        return "since \(timeOfDay(since)): \(PrintableText.escaping(reason))"
    }

    private var sourceReason: String {
        let error = state.reading?.sourceError ?? state.reading?.source.rawValue ?? ""
        return PrintableText.escaping(error) + stillWaiting
    }

    private var stillWaiting: String {
        isWaitingForEnd ? ", still waiting" : ""
    }
}
