internal import PulseMonitor

/// What a client may call a run: `NAME` for the current one of a source, or `NAME@STARTED`.
///
/// It is looked up in a table and never reaches the file system.
struct RunReference: Equatable {
    let source: SourceName
    /// The whole id; nil where only the source is named.
    let id: String?
    /// When it started, as the id says: unix time in seconds.
    let started: Int64?

    /// nil when no run can be called so.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        if let run = RunID(text), let source = SourceName(exactly: run.source) {
            self.source = source
            (id, started) = (run.description, run.started)
        } else if let source = SourceName(exactly: text) {
            self.source = source
            (id, started) = (nil, nil)
        } else {
            return nil
        }
    }
}

extension RunPlace {
    /// The place of the run with this id, be there one or not.
    init(_ reference: RunReference) {
        self.init(started: reference.started, id: reference.id ?? reference.source.description)
    }
}
