internal import Synchronization

/// What polls have found and nobody has been told of yet, in the order in which it was found.
///
/// It belongs to no thread: what one has found before a file in which it hangs, the next delivers.
final class Undelivered: Sendable {
    private let found = Mutex<[NamedDelivery]>([])

    /// How much it is.
    var count: Int { found.withLock { $0.count } }

    /// Adds what a file's poll has found.
    ///
    /// - Returns: how much it is with that.
    func add(_ delivery: NamedDelivery) -> Int {
        found.withLock { found in
            found.append(delivery)
            return found.count
        }
    }

    /// Delivers all of it; nothing that another thread delivers comes in between.
    func flush(_ deliver: (RunsDelivery) -> Void) {
        found.withLock { found in
            guard !found.isEmpty else { return }
            deliver(RunsDelivery(found))
            found = []
        }
    }
}
