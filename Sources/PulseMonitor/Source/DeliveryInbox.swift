internal import Synchronization

/// Deliveries on their way from a source's thread to whoever concludes, none of which is lost.
///
/// Polls that found nothing are merged: of a loop that stalls only they would pile up. What is left
/// is bounded by what a trainer writes, and the oldest goes first.
package final class DeliveryInbox: Sendable {
    private let waiting = Mutex<[SourceDelivery]>([])

    /// Deliveries that may wait: at ten updates a second, for longer than a stalled loop is
    /// believed.
    private static let limit = 4_096

    package init() {}

    package func put(_ delivery: SourceDelivery) {
        waiting.withLock { waiting in
            if waiting.count == Self.limit { waiting.removeFirst() }
            waiting.append(delivery)
        }
    }

    package func takeAll() -> [SourceDelivery] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
