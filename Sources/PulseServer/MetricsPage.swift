internal import PulseMonitor
internal import MicroHTTPD
internal import Pulse

/// `/metrics`: made at each scrape, because it holds live counters.
struct MetricsPage: Sendable {
    private let store: StatusStore
    private let hub: EventHub
    private let metrics: Metrics

    init(store: StatusStore, hub: EventHub, metrics: Metrics) {
        self.store = store
        self.hub = hub
        self.metrics = metrics
    }

    func response(to request: borrowing Request, snapshot: StatusSnapshot, headers: [HeaderLine])
        -> Response
    {
        let format =
            request.withHeader(.accept) { MetricsText.Format.accepted(by: $0) } ?? .prometheus
        let type = HeaderLine("Content-Type", format.contentType)
        let vary = HeaderLine("Vary", "Accept")
        let body = text(of: snapshot.view, format: format).bytes()
        return Response(
            status: 200, headers: [type, vary, HeaderLine("Cache-Control", "no-store")] + headers,
            body: body)
    }

    func text(of view: RunView, format: MetricsText.Format) -> MetricsText {
        var text = MetricsText(format)
        // Without a state there are no samples: a 0 would be a lie.
        if let status = view.status { addRun(status, hasLoss: view.hasLoss, to: &text) }
        text.gauge(
            "pulse_liveness", "Whether the run is alive, as Pulse judges: 1 for the current state.",
            Self.states(Liveness.allCases, current: view.liveness, label: "state"))
        addSource(view, to: &text)
        text.gauge("pulse_event_streams", "Event streams that are open.", Double(hub.openStreams))
        text.counter(
            "pulse_http_requests_total", "Requests answered, by route and status code.",
            metrics.requests.map { key, count in
                ("{route=\"\(key.route)\",code=\"\(key.code)\"}", String(count))
            })
        text.info(
            "pulse_build_info", "The version of Pulse.",
            labels: "{version=\"\(PulseVersion.current)\"}")
        return text
    }

    private func addRun(_ status: TrainingStatus, hasLoss: Bool, to text: inout MetricsText) {
        text.gauge("pulse_progress_ratio", "Progress of the run, 0 to 1.", status.progress / 100)
        text.gauge("pulse_epoch", "Epochs done, with fractions.", status.epoch)
        text.gauge(
            "pulse_epochs_planned", "Epochs planned; 0 when that isn't known.", status.totalEpochs)
        if hasLoss { text.gauge("pulse_loss", "The last good loss.", status.loss) }
        text.gauge(
            "pulse_status", "What the trainer says: 1 for the current status.",
            Self.states(TrainingStatus.State.allCases, current: status.status, label: "status"))
        text.gauge(
            "pulse_last_update_timestamp_seconds",
            "When the trainer wrote the last good state, in unix time.",
            Double(status.timestamp))
    }

    private func addSource(_ view: RunView, to text: inout MetricsText) {
        let counts = store.counts
        text.gauge(
            "pulse_source_valid", "Whether the newest poll of the source found a valid document.",
            view.source == .ok ? 1 : 0)
        text.counter(
            "pulse_source_reads_total", "Polls of the source.", [("", String(counts.polls))])
        text.counter(
            "pulse_source_errors_total", "Polls of the source that failed, by reason.",
            PulseError.Reason.allCases.map { reason in
                ("{reason=\"\(reason.rawValue)\"}", String(counts.failures[reason] ?? 0))
            })
    }

    /// 1 for the current one of some states, 0 for the others.
    private static func states<State: RawRepresentable<String> & Equatable>(
        _ all: [State], current: State, label: String
    ) -> [(labels: String, value: String)] {
        all.map { ("{\(label)=\"\($0.rawValue)\"}", $0 == current ? "1" : "0") }
    }
}
