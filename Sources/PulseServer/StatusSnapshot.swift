internal import MicroHTTPD
internal import Pulse

/// What is known of a run at one moment, before it is rendered.
struct RunView: Sendable, Equatable {
    /// The state to serve; nil when there is no good one to serve.
    var status: TrainingStatus?
    var liveness: Liveness
    /// Seconds until the run is done; nil when that isn't known.
    var etaSeconds: Double?
    var source: SourceState
    /// Why the source isn't ok.
    var sourceError: PulseError?

    /// The body of `/progress`; nil when there is no state to serve.
    var progressDocument: [UInt8]? {
        guard let status else { return nil }
        var json = JSONWriter()
        json.literal("{\"progress\": ")
        json.double(status.progress)
        json.literal(", \"status\": ")
        json.string(status.status.rawValue)
        json.literal(", \"epoch\": ")
        json.double(status.epoch)
        json.literal(", \"total_epochs\": ")
        json.double(status.totalEpochs)
        json.literal(", \"timestamp\": ")
        json.integer(status.timestamp)
        json.literal(", \"liveness\": ")
        json.string(liveness.rawValue)
        json.literal(", \"eta_seconds\": ")
        if let etaSeconds { json.double(etaSeconds) } else { json.null() }
        json.literal(", \"source\": ")
        json.string(source.rawValue)
        json.literal(", \"source_error\": ")
        if let sourceError { json.string(sourceError.description) } else { json.null() }
        json.literal("}")
        return json.bytes
    }
}

/// One state of a run with every representation of it rendered once: immutable, shared by all
/// requests.
struct StatusSnapshot: Sendable {
    let view: RunView
    let status: Representation
    let progress: Representation
    let history: HistoryRepresentation
    /// The event blocks of this state.
    let update: StreamUpdate
    let sequence: UInt64

    /// - Parameters:
    ///   - id: of the event that announces this state.
    ///   - previous: the view before this one; decides whether a change of `progress` alone is
    ///     announced.
    init(
        view: RunView, history: RunHistory, sequence: UInt64, id: String, previous: RunView?,
        policy: AccessPolicy
    ) {
        self.view = view
        self.sequence = sequence
        let sourceHeader = HeaderLine("Pulse-Source", view.source.rawValue)
        if let document = view.status.map(PulseEncoder.encode),
            let progressDocument = view.progressDocument
        {
            status = .json(document, headers: [sourceHeader], policy: policy)
            progress = .json(progressDocument, headers: [sourceHeader], policy: policy)
            self.history = HistoryRepresentation(history, policy: policy)
            let statusBlock = ServerSentEvent.block(id: id, event: "status", data: document)
            let whole =
                statusBlock + ServerSentEvent.block(event: "progress", data: progressDocument)
            let isSameStatus = previous?.status == view.status
            let change =
                isSameStatus
                ? ServerSentEvent.block(id: id, event: "progress", data: progressDocument) : whole
            update = StreamUpdate(change: change, snapshot: whole)
        } else {
            var problem = Problem.unavailable(
                view.sourceError?.description ?? "there is no status yet", retryAfter: 2)
            problem.headers.append(sourceHeader)
            status = problem.representation(policy: policy)
            progress = status
            self.history = HistoryRepresentation(instead: status)
            let block = ServerSentEvent.block(id: id, event: "problem", data: problem.document)
            update = StreamUpdate(change: block, snapshot: block)
        }
    }
}
