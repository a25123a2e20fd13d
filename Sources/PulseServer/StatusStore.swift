internal import PulseMonitor
internal import Synchronization

/// The newest snapshot, for every request to pick from, and what was counted on the way to it.
final class StatusStore: Sendable {
    private let newest: Mutex<StatusSnapshot>
    private let newestCounts: Mutex<SourceCounts>

    init(_ first: StatusSnapshot, _ counts: SourceCounts) {
        newest = Mutex(first)
        newestCounts = Mutex(counts)
    }

    var snapshot: StatusSnapshot {
        newest.withLock { $0 }
    }

    /// How often the source was polled, until the newest iteration of the poll loop.
    var counts: SourceCounts {
        newestCounts.withLock { $0 }
    }

    func update(_ snapshot: StatusSnapshot) {
        newest.withLock { $0 = snapshot }
    }

    func update(_ counts: SourceCounts) {
        newestCounts.withLock { $0 = counts }
    }
}
