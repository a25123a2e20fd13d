import NATS
import Pulse
import PulseMonitor
import Testing

@testable import PulseNATS

@Suite("NATSSource")
struct NATSSourceTests {
    @Test("delivers once what it found before there was anybody to deliver it to")
    func begins() {
        let store = EmptyStore()
        let source = NATSSource(store, bucket: "b", key: "team/k")
        #expect(source.begin() == nil)
        let first = source.poll()
        guard case .failed(let error)? = first.events.first else {
            Issue.record("an empty store has no such key")
            return
        }
        #expect(error.description == "b/team/k: there is no such key yet")
        #expect(source.name.description == "team.k")
    }

    @Test("ends its connection when it ends, before the process may")
    func closes() async {
        let store = EmptyStore()
        let source = NATSSource(store, bucket: "b", key: "k", pollInterval: .milliseconds(1))
        let task = Task { await source.run { _ in } }
        task.cancel()
        await task.value
        #expect(store.closes == 1)
    }
}
