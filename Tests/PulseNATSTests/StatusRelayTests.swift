import Logging
import PulseNATS
import TestSupport
import Testing

@Suite("StatusRelay")
struct StatusRelayTests {
    @Test("ends its connection when it ends, before the process may")
    func closes() throws {
        let directory = try TemporaryDirectory()
        let store = EmptyStore()
        let relay = StatusRelay(
            statusFile: directory.file("status.json"), to: "k", in: store, name: "b/k",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        relay.stop()
        #expect(relay.run() == .delivered)
        #expect(store.closes == 1)
    }
}
