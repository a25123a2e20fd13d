internal import Pulse
internal import PulseMonitor

/// What is known of a run that has a status: judged here from a file, or told by a server.
struct RunReading: Sendable, Equatable {
    /// The newest document, of either version.
    var document: PulseDocument
    var liveness: Liveness
    /// Seconds until the run is done; nil when that isn't known.
    var etaSeconds: Double?
    var source: SourceState
    /// Why the source isn't ok, for a person.
    var sourceError: String?

    /// Its six fields of version 1.
    var status: TrainingStatus { document.v1 }
}

extension RunReading {
    /// nil when the view has no status.
    init?(_ view: RunView) {
        guard let document = view.document else { return nil }
        self.init(
            document: document, liveness: view.liveness, etaSeconds: view.etaSeconds,
            source: view.source, sourceError: view.sourceError?.description)
    }

    /// What a `/progress` document says about a document; nil when it is none.
    ///
    /// Further fields are a newer server's, and pass.
    init?(document: PulseDocument, progressDocument: [UInt8]) {
        let value = JSONValue(progressDocument)
        guard let liveness = value?["liveness"]?.string.flatMap(Liveness.init),
            let source = value?["source"]?.string.flatMap(SourceState.init)
        else { return nil }
        self.init(
            document: document, liveness: liveness, etaSeconds: value?["eta_seconds"]?.number,
            source: source, sourceError: value?["source_error"]?.string)
    }
}
