package import Pulse

/// One file, polled again and again: what each poll means, with time passed in.
package struct FilePoll: Sendable {
    private var reader: StatusFileReader
    private let pollInterval: Duration
    /// How long a file may be half written, or away, from the first poll that found it so.
    private let grace: Duration
    /// Since when polls find half a document, or no file after a good one.
    private var falteringSince: Duration?

    /// How soon a file is polled again that is being written: its writer isn't atomic and needs a
    /// moment.
    private static let retry = Duration.milliseconds(50)

    package init(
        reader: StatusFileReader, pollInterval: Duration, rules: RunRules = .current
    ) {
        self.reader = reader
        grace = rules.grace
        self.pollInterval = pollInterval
    }

    /// The last good document as it was written; nil before one, and where it isn't kept.
    var document: [UInt8]? { reader.document }

    /// Polls the file.
    ///
    /// - Parameter now: monotonic time since any fixed origin.
    package mutating func next(at now: Duration) -> SourceDelivery {
        let outcome = reader.read()
        // A file that was never valid isn't missed.
        if let error = reader.error, reader.lastGood != nil, Self.mayPass(error) {
            let start = falteringSince ?? now
            falteringSince = start
            if now - start < grace {
                return SourceDelivery([.faltered(error)], nextWithin: Self.retry)
            }
        } else {
            falteringSince = nil
        }
        return SourceDelivery([event(outcome)], nextWithin: pollInterval)
    }

    /// What was wrong still is: that is one more poll that failed.
    private func event(_ outcome: StatusFileReader.Outcome) -> SourceEvent {
        switch outcome {
        case .accepted(let status): .accepted(reader.lastDocument ?? PulseDocument(status))
        case .rejected(let error): .failed(error)
        case .unchanged: reader.error.map { .failed($0) } ?? .unchanged
        }
    }

    /// Whether a writer that isn't atomic may be at work: it has truncated the file, or removed it.
    private static func mayPass(_ error: PulseError) -> Bool {
        [.empty, .truncated, .missing].contains(error.reason)
    }
}
