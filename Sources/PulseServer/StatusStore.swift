internal import Synchronization

/// The newest snapshot, for every request to pick from.
final class StatusStore: Sendable {
    private let newest: Mutex<StatusSnapshot>

    init(_ first: StatusSnapshot) {
        newest = Mutex(first)
    }

    var snapshot: StatusSnapshot {
        newest.withLock { $0 }
    }

    func update(_ snapshot: StatusSnapshot) {
        newest.withLock { $0 = snapshot }
    }
}
