public import Pulse

/// What is known of a run at one moment, before it is rendered.
public struct RunView: Sendable, Equatable {
    /// The state to serve; nil when there is no good one to serve.
    public var status: TrainingStatus?
    /// Whether the run is alive, as Pulse judges.
    public var liveness: Liveness
    /// Seconds until the run is done; nil when that isn't known.
    public var etaSeconds: Double?
    /// Whether the source speaks.
    public var source: SourceState
    /// Why the source isn't ok.
    public var sourceError: PulseError?
    /// The run that the state belongs to; nil before the first, and while the job waits.
    public var run: RunID? = nil
    /// Which attempt of the run it is, from 1.
    public var attempt: Int? = nil
    /// Whether the loss of the state was measured: a 0 before any other is none.
    public var hasLoss = true
    /// What PULSE v2 tells beside the state; nil where its document is of version 1.
    public var details: RunDetails? = nil
}

extension RunView {
    /// The state as a document; nil when there is none to serve.
    package var document: PulseDocument? {
        status.map { status in
            details.map {
                PulseDocument(status, details: $0, hasLoss: hasLoss)
                    .projecting(loss: status.loss)
            } ?? PulseDocument(status)
        }
    }

    /// What readers of PULSE v1 are told of it, in documents and events, and nothing else.
    package var version1: RunView {
        RunView(
            status: status, liveness: liveness, etaSeconds: etaSeconds, source: source,
            sourceError: sourceError)
    }

    /// The state as a document of version 2; nil when there is none to serve.
    package var version2: PulseDocument? {
        status.map { PulseDocument($0, details: details ?? .unknown, hasLoss: hasLoss) }
    }

    /// The body of `/progress`; nil when there is no state to serve.
    package var progressDocument: [UInt8]? {
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
