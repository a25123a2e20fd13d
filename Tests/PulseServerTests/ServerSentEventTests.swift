import TestSupport
import Testing

@testable import PulseServer

@Suite("ServerSentEvent")
struct ServerSentEventTests {
    @Test("a block has its fields in order and ends with a blank line")
    func block() {
        let block = ServerSentEvent.block(id: "b-1", event: "status", data: Array("{}".utf8))
        #expect(block.text == "id: b-1\nevent: status\ndata: {}\n\n")
    }

    @Test("a block without an id leaves the last one in force")
    func blockWithoutID() {
        let block = ServerSentEvent.block(event: "heartbeat", data: Array("{}".utf8))
        #expect(block.text == "event: heartbeat\ndata: {}\n\n")
    }

    @Test("the reconnection time is digits only")
    func retry() {
        #expect(ServerSentEvent.retry(milliseconds: 1_500).text == "retry: 1500\n\n")
    }
}
