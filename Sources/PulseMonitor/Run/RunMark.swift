/// Which run of its source a document belongs to, and which attempt: as one who has seen all of the
/// source's documents says to those who haven't.
///
/// A relay sends it beside each document: `NAME@STARTED; attempt=N; first=EPOCH`, as
/// `gpu-1@1764260000; attempt=2; first=0.0`.
public struct RunMark: Sendable, Hashable {
    /// Why a text is no mark.
    public enum ParseError: Error, Hashable, CaseIterable, CustomStringConvertible {
        /// It isn't written as a mark is.
        case malformed
        /// It names a run of another source.
        case otherName

        /// For a line of a log, behind the text's own name.
        public var description: String {
            switch self {
            case .malformed: "it isn't NAME@STARTED; attempt=N; first=EPOCH"
            case .otherName: "it names a run of another source"
            }
        }
    }

    /// The timestamp of the run's first document that isn't `idle`: unix time in seconds.
    public let started: Int64
    /// 1 for the first run of the source with this start.
    public let ordinal: Int
    /// Which stretch between resumes it is, from 1.
    public let attempt: Int
    /// The epoch of the run's first document, by which its resumes are told from new runs; infinite of a
    /// run of which only the end was seen.
    public let firstEpoch: Double

    /// No longer one is read: a name has 128 bytes at most, a number 19.
    private static let limit = 256
    private static let separators = ["; attempt=", "; first="]

    /// Makes the mark of a run.
    public init(_ run: RunID, attempt: Int, firstEpoch: Double = 0) {
        started = run.started
        ordinal = run.ordinal
        self.attempt = attempt
        self.firstEpoch = firstEpoch
    }

    /// Reads what ``text(of:)`` wrote.
    ///
    /// - Parameter name: of the source; whoever serves it may call it otherwise.
    public init(_ text: String, of name: SourceName) throws(ParseError) {
        guard text.utf8.count <= Self.limit, let parts = Self.parts(of: text),
            let run = RunID(parts.run), let attempt = RunID.number(parts.attempt), attempt > 0,
            let first = Double(parts.first), first >= 0, "\(first)" == parts.first
        else { throw .malformed }
        guard run.source == name.description else { throw .otherName }
        self.init(run, attempt: Int(attempt), firstEpoch: first)
    }

    /// The mark as it is sent.
    public func text(of name: SourceName) -> String {
        let parts = ["\(run(of: name))", "\(attempt)", "\(firstEpoch)"]
        return zip(parts, Self.separators + [""]).map { $0 + $1 }.joined()
    }

    private static func parts(
        of text: String
    ) -> (run: Substring, attempt: Substring, first: Substring)? {
        guard let second = text.firstRange(of: separators[0]),
            let third = text[second.upperBound...].firstRange(of: separators[1])
        else { return nil }
        return (
            text[..<second.lowerBound], text[second.upperBound..<third.lowerBound],
            text[third.upperBound...]
        )
    }

    /// The run as a source of this name calls it.
    func run(of name: SourceName) -> RunID {
        RunID(source: name.description, started: started, ordinal: ordinal)
    }
}

extension RunMark {
    func write(to writer: inout CheckpointWriter) {
        writer.write(started)
        writer.write(Int64(ordinal))
        writer.write(Int64(attempt))
        writer.write(firstEpoch)
    }

    init(from reader: inout CheckpointReader) throws(CheckpointError) {
        started = try reader.integer()
        ordinal = Int(try reader.integer() as Int64)
        attempt = Int(try reader.integer() as Int64)
        firstEpoch = try reader.double()
    }
}
