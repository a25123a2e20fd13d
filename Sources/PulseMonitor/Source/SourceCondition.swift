public import Pulse

/// What is known of a source: folded from its deliveries, and judged by time.
///
/// Pure. ``dueBy`` alone says until when its silence is no fault, for files and keys alike.
struct SourceCondition: Sendable {
    private(set) var counts = SourceCounts()
    private var error: PulseError?
    /// When the next delivery must have come, on ``ObservedTime``.
    private var dueBy: Duration
    private let label: String

    /// How long a poll may take: only a file system or a network that hangs takes longer.
    private static let timeout = Duration.seconds(10)

    /// - Parameter firstWithin: how soon the first delivery is due.
    init(label: String, firstWithin: Duration, at now: Duration = .zero) {
        self.label = label
        dueBy = now + firstWithin + Self.timeout
    }

    mutating func take(_ delivery: SourceDelivery, at now: Duration) {
        if delivery.isPoll { counts.polls += 1 }
        for event in delivery.events {
            switch event {
            case .accepted, .unchanged: error = nil
            case .failed(let failure):
                error = failure
                if delivery.isPoll { counts.failures[failure.reason, default: 0] += 1 }
            case .faltered(let failure): counts.failures[failure.reason, default: 0] += 1
            }
        }
        dueBy = now + delivery.nextWithin + Self.timeout
    }

    /// Counts by a time that began earlier.
    mutating func move(by time: Duration) {
        dueBy += time
    }

    /// Whether the next delivery has been due for too long.
    func isOverdue(at now: Duration) -> Bool { now > dueBy }

    /// Why the source isn't ok; nil when it is.
    func error(at now: Duration) -> PulseError? {
        isOverdue(at: now) ? .overdue(label) : error
    }
}

/// How often a source was polled, and with what result.
public struct SourceCounts: Sendable, Equatable {
    /// How many times it was polled.
    public internal(set) var polls = 0
    /// How many polls failed, for each reason.
    public internal(set) var failures: [PulseError.Reason: Int] = [:]

    /// Counts of two sources together.
    package static func + (one: SourceCounts, other: SourceCounts) -> SourceCounts {
        var sum = one
        sum.polls += other.polls
        sum.failures.merge(other.failures, uniquingKeysWith: +)
        return sum
    }

    /// Makes counts of nothing.
    package init() {}
}
