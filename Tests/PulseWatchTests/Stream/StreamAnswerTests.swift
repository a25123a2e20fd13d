import PulseClient
import Testing

@testable import PulseWatch

@Suite("StreamAnswer")
struct StreamAnswerTests {
    private func answer(
        _ status: Int, _ fields: [String] = [], body: String = "", showsToken: Bool = false
    ) throws -> StreamAnswer {
        StreamAnswer(
            try HTTPHead(lines: ["HTTP/1.1 \(status) x"] + fields), body: Array(body.utf8),
            url: try ServerURL("http://gpu1:8080"), showsToken: showsToken)
    }

    @Test("is the stream only when it says so")
    func stream() throws {
        #expect(try answer(200, ["Content-Type: text/event-stream"]) == .stream)
        #expect(try answer(200, ["Content-Type: Text/Event-Stream; charset=utf-8"]) == .stream)
        for type in [
            "text/event-stream ;charset=utf-8", "text/event-stream\t ; a=b", "text/event-stream",
        ] {
            #expect(try answer(200, ["Content-Type: \(type)"]) == .stream)
        }
        for type in ["text/event-streams", "text/ event-stream", ";text/event-stream", ""] {
            #expect(try answer(200, ["Content-Type: \(type)"]) != .stream)
        }
        #expect(
            try answer(200, ["Content-Type: text/html"])
                == .refused(
                    "http://gpu1:8080/ is no Pulse server: its events are text/html"))
    }

    @Test("is tried again when that may help, in the server's own words and time")
    func retry() throws {
        let body = #"{"title": "Service Unavailable", "detail": "all 5 event streams are taken"}"#
        #expect(
            try answer(503, ["Retry-After: 5"], body: body)
                == .retry("all 5 event streams are taken", after: .seconds(5)))
        #expect(try answer(502) == .retry("the server answers 502", after: nil))
        #expect(
            try answer(429, ["Retry-After: soon"]) == .retry("the server answers 429", after: nil))
    }

    @Test(
        "names what the user can do",
        arguments: [
            (301, "moved to https://gpu1/"), (401, "needs a token: give --token-file"),
            (404, "no Pulse server"), (421, "--allowed-host gpu1"), (418, "answers 418"),
        ])
    func refused(_ status: Int, _ part: String) throws {
        guard case .refused(let reason) = try answer(status, ["Location: https://gpu1/"]) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains(part))
    }

    @Test("tells a wrong token from a missing one")
    func wrongToken() throws {
        #expect(
            try answer(401, showsToken: true)
                == .refused("http://gpu1:8080/ refuses the token of --token-file"))
    }
}
