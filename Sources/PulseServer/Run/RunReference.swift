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
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let source = SourceName(exactly: parts[0]) else { return nil }
        self.source = source
        guard parts.count == 2 else {
            (id, started) = (nil, nil)
            return
        }
        let numbers = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(numbers.count), let started = Self.number(numbers[0]) else {
            return nil
        }
        let ordinal = numbers.count == 2 ? Self.number(numbers[1]) : 1
        guard let ordinal, ordinal > 1 || numbers.count == 1 else { return nil }
        self.started = started
        id = RunID(source: source.description, started: started, ordinal: Int(ordinal)).description
    }

    /// As an id spells it: no sign, and no zero in front.
    private static func number(_ text: Substring) -> Int64? {
        Int64(text).flatMap { String($0) == text && $0 >= 0 ? $0 : nil }
    }
}

extension RunPlace {
    /// The place of the run with this id, be there one or not.
    init(_ reference: RunReference) {
        self.init(started: reference.started, id: reference.id ?? reference.source.description)
    }
}
