import NATS
import Pulse
import PulseMonitor
import Testing

@testable import PulseNATS

@Suite("NATSSource")
struct NATSSourceTests {
    @Test("a look that never ends makes the source unreadable, until one ends")
    func overdue() {
        let source = NATSSource(EmptyStore(), name: "b/k", pollInterval: .seconds(2))
        source.look()
        #expect(source.report(at: .now).error?.reason == .missing)
        let late = source.report(at: .now + .seconds(13)).error
        #expect(late?.reason == .ioError)
        #expect(late?.description.contains("b/k: the last look at it is too long ago") == true)
        source.look()
        #expect(source.report(at: .now).error?.reason == .missing)
    }

    @Test("ends its connection when it ends, before the process may")
    func closes() async {
        let store = EmptyStore()
        let source = NATSSource(store, name: "b/k", pollInterval: .milliseconds(1))
        let task = Task { await source.run(onLook: {}) }
        task.cancel()
        await task.value
        #expect(store.closes == 1)
    }
}
