/// The name of one run: `NAME@STARTED`, and `.2` behind it for the second that its source began in
/// the same second.
public struct RunID: Sendable, Hashable {
    /// The name of the source that the run belongs to.
    public let source: String
    /// The timestamp of the run's first document that isn't `idle`: unix time in seconds.
    public let started: Int64
    /// 1 for the first run of the source with this start.
    public let ordinal: Int

    /// Names the run of a source.
    public init(source: String, started: Int64, ordinal: Int = 1) {
        self.source = source
        self.started = started
        self.ordinal = ordinal
    }
}

extension RunID: CustomStringConvertible {
    /// As it stands in a URL, and in `PULSE_RUN`.
    public var description: String {
        "\(source)@\(started)\(ordinal > 1 ? ".\(ordinal)" : "")"
    }
}

extension RunID {
    /// Reads an id as ``description`` spells it; nil when it is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let source = SourceName(exactly: parts[0]) else { return nil }
        let numbers = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(numbers.count), let started = Self.number(numbers[0]) else {
            return nil
        }
        let ordinal = numbers.count == 2 ? Self.number(numbers[1]) : 1
        guard let ordinal, ordinal > 1 || numbers.count == 1 else { return nil }
        self.init(source: source.description, started: started, ordinal: Int(ordinal))
    }

    /// A number without sign, and without a zero in front; nil when it is none, or doesn't fit.
    static func number(_ text: some StringProtocol) -> Int64? {
        Int64(text).flatMap { String($0) == text && $0 >= 0 ? $0 : nil }
    }
}

extension RunID {
    func write(to writer: inout CheckpointWriter) {
        writer.write(source)
        writer.write(started)
        writer.write(Int64(ordinal))
    }

    init(from reader: inout CheckpointReader) throws(CheckpointError) {
        self.init(
            source: try reader.string(), started: try reader.integer(),
            ordinal: Int(try reader.integer() as Int64))
    }
}
