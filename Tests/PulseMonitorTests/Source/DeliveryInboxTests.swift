import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("DeliveryInbox")
struct DeliveryInboxTests {
    @Test("gives each delivery once, in order")
    func order() throws {
        let inbox = DeliveryInbox()
        #expect(inbox.takeAll().isEmpty)
        for epoch in 1...3 {
            inbox.put(
                SourceDelivery(
                    [.accepted(try .sample(epoch: Double(epoch)))], nextWithin: .seconds(2)))
        }
        let epochs = inbox.takeAll().flatMap(\.events).compactMap { event -> Double? in
            if case .accepted(let status) = event { status.epoch } else { nil }
        }
        #expect(epochs == [1, 2, 3])
        #expect(inbox.takeAll().isEmpty)
    }

    @Test("is bounded: the oldest goes first")
    func bounded() {
        let inbox = DeliveryInbox()
        for second in 0..<10_000 { inbox.put(SourceDelivery([], nextWithin: .seconds(second))) }
        let waiting = inbox.takeAll()
        #expect(waiting.count == 4_096)
        #expect(waiting.last?.nextWithin == .seconds(9_999))
    }
}
