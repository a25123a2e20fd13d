internal import Testing
@testable internal import MicroHTTPD

@Suite("DaemonMessage")
struct DaemonMessageTests {
    @Test(
        "is one line, without its end",
        arguments: [
            ("a\n", "a"), ("a\r\n\n", "a"), ("a", "a"), ("\n", ""), ("", ""), ("a\nb\n", "a\nb"),
        ])
    func text(message: String, text: String) {
        #expect(DaemonMessage(message.utf8).text == text)
    }

    @Test(
        "tells what clients do from what troubles the server",
        arguments: [
            (
                "Error processing request (HTTP response code is 400 ('…')). Closing connection.\n",
                true
            ),
            ("Failed to send the response body for the request for `/status'. Error: …\n", true),
            ("Socket has been disconnected when reading request.\n", true),
            ("Failed to add FD to epoll set: …\n", false),
            ("Hit process or system resource limit at FIRST connection. …\n", false),
            ("Error accepting connection: Too many open files.\n", false),
            ("", false),
        ])
    func isAboutClient(message: String, expected: Bool) {
        #expect(DaemonMessage(message.utf8).isAboutClient == expected)
    }
}

@Suite("MessageLimit")
struct MessageLimitTests {
    private var limit = MessageLimit()

    @Test("lets five through in a minute, then none")
    mutating func flood() {
        let admitted = (0..<1_000).map { _ in limit.admit(at: 100) }
        #expect(admitted.prefix(5).allSatisfy { $0 == 0 })
        #expect(admitted.dropFirst(5).allSatisfy { $0 == nil })
    }

    @Test("tells with the next one how many were left out")
    mutating func omitted() {
        for second in 100..<160 { _ = limit.admit(at: second) }
        #expect(limit.admit(at: 160) == 55)
        #expect(limit.admit(at: 161) == 0)
        #expect(limit.admit(at: 1_000) == 0)
    }

    @Test("says so in the message's text")
    func following() {
        let message = DaemonMessage("trouble\n".utf8)
        #expect(message.following(0) == message)
        #expect(message.following(7).text == "trouble (7 more were left out before)")
    }
}
