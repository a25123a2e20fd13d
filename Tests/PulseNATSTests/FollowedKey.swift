import NATS
import Pulse

@testable import PulseMonitor
@testable import PulseNATS

/// A key seen through its reader and what a monitor makes of it, on a clock that a test sets.
struct FollowedKey {
    private var reader = KeyReader(name: "runs/gpu-1", source: SourceName(key: "gpu-1"))
    private var condition = SourceCondition(label: "runs/gpu-1", firstWithin: .seconds(2))
    /// The last good state.
    private(set) var lastGood: TrainingStatus?
    /// How many good states were accepted.
    private(set) var accepted = 0

    var error: PulseError? { condition.error(at: .zero) }
    var state: SourceState { SourceState(error) }
    var failures: [PulseError.Reason: Int] { condition.counts.failures }
    var polls: Int { condition.counts.polls }

    func isOutOfOrder(_ entry: KeyEntry) -> Bool { reader.isOutOfOrder(entry) }

    mutating func beginAnew() {
        reader.beginAnew()
    }

    mutating func take(_ entry: KeyEntry?, at now: Duration) {
        note([reader.take(entry, at: now)], isPoll: true)
    }

    mutating func fail(_ error: NATSError, at now: Duration) {
        note([reader.fail(error, at: now)], isPoll: true)
    }

    mutating func receive(_ offer: KeyOffer) {
        note(reader.receive(offer), isPoll: false)
    }

    private mutating func note(_ events: [SourceEvent], isPoll: Bool) {
        for case .accepted(let status) in events {
            lastGood = status.v1
            accepted += 1
        }
        condition.take(
            SourceDelivery(events, isPoll: isPoll, nextWithin: .seconds(2)), at: .zero)
    }
}
