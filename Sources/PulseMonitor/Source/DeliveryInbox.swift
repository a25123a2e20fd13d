internal import Synchronization

/// Deliveries on their way from the sources' threads to whoever concludes.
///
/// None is lost unless the loop that takes them stalls: then they pile up to a limit, and the oldest
/// goes first.
package final class DeliveryInbox: Sendable {
    private let waiting = Mutex<[RunsDelivery]>([])

    /// Deliveries that may wait: at ten updates a second, for longer than a stalled loop is
    /// believed.
    private static let limit = 4_096

    package init() {}

    package func put(_ delivery: RunsDelivery) {
        waiting.withLock { waiting in
            if waiting.count == Self.limit { waiting.removeFirst() }
            waiting.append(delivery)
        }
    }

    package func takeAll() -> [RunsDelivery] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
