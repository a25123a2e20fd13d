import PulseClient
import Testing

@testable import Pulse
@testable import PulseWatch

/// What a server says of its runs.
@Suite("Runs of a server")
struct RunsUpdateTests {
    private func update(_ type: String, _ data: String) -> RunsUpdate? {
        RunsUpdate(EventStreamParser.Event(type: type, data: Array(data.utf8)))
    }

    @Test("takes the events of the list, and passes over others")
    func events() {
        #expect(update("run", "{}") == .item(Array("{}".utf8)))
        #expect(update("ready", "{}") == .ready)
        #expect(update("reset", "{}") == .reset)
        #expect(update("gone", #"{"id": "a@1"}"#) == .gone("a@1"))
        #expect(update("gone", "{}") == nil)
        #expect(update("heartbeat", #"{"timestamp": 5}"#) == .heartbeat(5))
        #expect(update("news", "{}") == nil)
    }

    @Test("knows a list from what the server says of itself")
    func many() {
        for (kind, many) in [
            ("file", false), ("key", false), ("directory", true), ("bucket", true),
        ] {
            #expect(ManyRunsQuestion.many(Array(#"{"kind": "\#(kind)"}"#.utf8)) == many)
        }
        #expect(!ManyRunsQuestion.many(Array("{}".utf8)))
        #expect(!ManyRunsQuestion.many(Array("<html>".utf8)))
    }

    @Test("knows the URL of a list, and of a run of it")
    func urls() throws {
        let server = try ServerURL("http://a/p/")
        #expect(try ServerURL("http://a/p/runs").listing == server)
        #expect(try ServerURL("http://a/p/runs/").listing == server)
        #expect(try ServerURL("http://a/p/runs/events").listing == server)
        #expect(server.listing == nil)
        #expect(server.run("bert").description == "http://a/p/runs/bert/")
        #expect(server.run("bert").isOfOneRun)
        #expect(
            try ServerURL("http://a/runs/bert@1/history.csv") == ServerURL("http://a/runs/bert@1"))
        for url in ["http://a", "http://a/runs", "http://a/p/x"] {
            #expect(try !ServerURL(url).isOfOneRun)
        }
    }
}
