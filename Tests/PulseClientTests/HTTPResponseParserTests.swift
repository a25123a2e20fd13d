import Testing

@testable import PulseClient

@Suite("HTTPResponseParser")
struct HTTPResponseParserTests {
    /// The head and the body of bytes that come in pieces of this size.
    private func parse(_ text: String, piece: Int = .max) throws -> (
        parser: HTTPResponseParser, body: String
    ) {
        var parser = HTTPResponseParser()
        var body: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            body += try parser.feed(Array(rest.prefix(piece)))
            rest = rest.dropFirst(min(piece, rest.count))
        }
        return (parser, String(decoding: body, as: UTF8.self))
    }

    @Test(
        "reads head and body in whatever pieces they come",
        arguments: [1, 2, 3, 7, 64, .max])
    func pieces(_ size: Int) throws {
        let (parser, body) = try parse(
            """
            HTTP/1.1 100 Continue\r
            \r
            HTTP/1.1 200 OK\r
            Content-Type:text/event-stream\r
            X-Padded: \t value \t\r
            Transfer-Encoding: chunked\r
            \r
            5;name=value\r
            hello\r
            00a\r
             world 123\r
            0\r
            Trailer: x\r
            \r

            """, piece: size)
        #expect(parser.head?.status == 200)
        #expect(parser.head?["content-type"] == "text/event-stream")
        #expect(parser.head?["x-padded"] == "value")
        #expect(parser.head?["x-missing"] == nil)
        #expect(body == "hello world 123")
        #expect(parser.isEnded)
    }

    @Test("ends with the length that was announced, and takes nothing of what follows")
    func length() throws {
        let (parser, body) = try parse("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabcdef")
        #expect(parser.head?.status == 404)
        #expect(body == "abc")
        #expect(parser.isEnded)
    }

    @Test(
        "knows answers without a body",
        arguments: ["204 No Content", "304 Not Modified", "200 OK\r\nContent-Length: 0"])
    func empty(_ head: String) throws {
        #expect(try parse("HTTP/1.1 \(head)\r\n\r\n").parser.isEnded)
    }

    @Test("goes on until the connection closes where no length was announced")
    func untilClose() throws {
        let (parser, body) = try parse("HTTP/1.0 200 OK\r\n\r\nabc")
        #expect(body == "abc")
        #expect(!parser.isEnded)
    }

    @Test(
        "refuses what is no answer of HTTP/1",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "\u{15}\u{3}\u{3}\0\u{2}\u{2}\n", "HTTP/2 200\r\n\r\n",
            "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        ])
    func malformed(_ text: String) {
        #expect(throws: LinkError.self) { try parse(text) }
    }

    @Test("counts a length that stands twice once")
    func sameLength() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3, 3\r\n\r\n"
        #expect(try parse(head + "abc").parser.isEnded)
    }

    @Test("tells an answer that is complete from one whose connection ended before")
    func cutOff() throws {
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n\r\n"
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
        for answer in [chunked, length] {
            for count in 0..<answer.utf8.count {
                // By bytes: CRLF is one character.
                let part = String(decoding: answer.utf8.prefix(count), as: UTF8.self)
                var (parser, _) = try parse(part)
                #expect(throws: LinkError("the answer was cut off")) { try parser.end() }
            }
            var (parser, _) = try parse(answer)
            try parser.end()
        }
        var (open, _) = try parse("HTTP/1.1 200 OK\r\n\r\nabc")
        try open.end()
        #expect(open.isEnded)
    }

    @Test("gives up on a head and on a line without end")
    func endless() {
        #expect(throws: LinkError.self) {
            try parse("HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 20_000))
        }
        #expect(throws: LinkError.self) {
            try parse(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0"
                    + String(repeating: "0", count: 10_000))
        }
        // Each of them ends, and all together don't.
        #expect(throws: LinkError.self) {
            try parse(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5_000))
        }
        #expect(throws: LinkError.self) {
            try parse(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                    + String(repeating: "T: x\r\n", count: 5_000))
        }
    }

    @Test("names a server that answers in TLS")
    func alert() {
        #expect(throws: LinkError("the server speaks TLS: ask it by https")) {
            try parse("\u{15}\u{3}\u{3}\0\u{2}\u{2}\n")
        }
    }
}
