import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("DeliveryInbox")
struct DeliveryInboxTests {
    private func delivery(_ name: Int) -> RunsDelivery {
        RunsDelivery([NamedDelivery(SourceName(key: "\(name)"), label: "\(name)", nil)])
    }

    @Test("gives each delivery once, in order")
    func order() {
        let inbox = DeliveryInbox()
        #expect(inbox.takeAll().isEmpty)
        for name in 1...3 { inbox.put(delivery(name)) }
        #expect(inbox.takeAll().flatMap(\.sources).map(\.label) == ["1", "2", "3"])
        #expect(inbox.takeAll().isEmpty)
    }

    @Test("is bounded: the oldest goes first")
    func bounded() {
        let inbox = DeliveryInbox()
        for name in 0..<10_000 { inbox.put(delivery(name)) }
        let waiting = inbox.takeAll()
        #expect(waiting.count == 4_096)
        #expect(waiting.last?.sources.first?.label == "9999")
    }
}
