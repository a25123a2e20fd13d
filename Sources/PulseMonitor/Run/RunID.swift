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
