import TestSupport
internal import Pulse
internal import PulseMonitor
internal import PulseServer
internal import Testing

@Suite("Request heads", .ownThread, .timeLimit(.minutes(1)))
struct RequestHeadTests {
    /// Bytes that are no answer's if the request before them is refused.
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test(
        "cookies of other ports are no reason to refuse a browser: 4 KiB fit, and more is one 431",
        arguments: ["/", "/status", "/events"])
    func cookies(path: String) async throws {
        let browser = [
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "Accept-Language: en-US,en;q=0.9,de;q=0.8", "Accept-Encoding: gzip, deflate, br, zstd",
            "Connection: keep-alive", "Cache-Control: max-age=0", "Upgrade-Insecure-Requests: 1",
            "Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none",
            "Sec-Fetch-User: ?1", "Referer: http://localhost:8080/nested/",
            "sec-ch-ua: \"Chromium\";v=\"131\", \"Not_A Brand\";v=\"24\"", "sec-ch-ua-mobile: ?0",
            "sec-ch-ua-platform: \"Linux\"",
        ]
        try await RunningServer.withPanel { server in
            for length in stride(from: 100, through: 12_000, by: 100) {
                let cookie = String(
                    String(repeating: "session=0123456789; ", count: 700).prefix(length))
                let client = try server.connect()
                try client.send(
                    (["GET \(path) HTTP/1.1", "Host: localhost"] + browser + ["Cookie: " + cookie])
                        .joined(separator: "\r\n") + "\r\n\r\n")
                let head = try client.head()
                #expect(head.status == 200 || length > 4_096 && head.status == 431, "\(length)")
                if head.status == 431 { try client.expectOneProblem(head) }
            }
        }
    }

    @Test(
        "an answer with a long head is given whatever the request has taken",
        arguments: [("/", 200), ("/status", 200), ("/runs", 200), ("/nothing", 404)])
    func longAnswers(path: String, status: Int) async throws {
        try await Self.withLongSettings { server in
            try Self.expectAnswers(server, path, status, upTo: 5_120)
        }
    }

    @Test("also the page to sign in, and the answer that sets a long cookie")
    func longSignIn() async throws {
        let secret = String(repeating: "s", count: 2_048)
        try await Self.withLongSettings(secret: secret) { server in
            try Self.expectAnswers(server, "/", 401, upTo: 5_120)
            try Self.expectAnswers(server, "/?token=\(secret)", 303, upTo: 3_072)
        }
    }

    /// What may stand in an answer's head, each as long as it may be.
    private static func withLongSettings(
        secret: String? = nil, _ body: (RunningServer) async throws -> Void
    ) async throws {
        let label = String(repeating: "o", count: 60)
        try await RunningServer.withPanel { configuration, directory in
            configuration.corsOrigins = [Self.longOrigin]
            configuration.frameAncestors = (0..<40).map { "https://\($0).\(label).example" }
            configuration.name = SourceName(exactly: String(repeating: "n", count: 128))
            configuration.tokenFile = try secret.map { try directory.write($0, to: "token") }
        } _: { server in
            try await body(server)
        }
    }

    private static let longOrigin =
        "https://" + String(repeating: String(repeating: "o", count: 60) + ".", count: 3)
        + "example"

    /// Each length of a field is answered: those up to `limit` bytes with this status, more with 431.
    private static func expectAnswers(
        _ server: RunningServer, _ path: String, _ status: Int, upTo limit: Int
    ) throws {
        for length in stride(from: 1_024, through: 8_192, by: 64) {
            let client = try server.connect()
            let field = "X: \(String(repeating: "x", count: length))"
            try client.send(
                "GET \(path) HTTP/1.1\r\nHost: localhost\r\nOrigin: \(longOrigin)\r\nAccept: text/html\r\n"
                    + "\(field)\r\n\r\n")
            let answer = try client.head().status
            #expect(answer == status || length > limit && answer == 431, "\(path) \(length)")
        }
    }

    @Test("five KiB in a dozen fields are answered, and six in one")
    func longHead() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let fields = (0..<12).map { "X-Field-\($0): \(String(repeating: "x", count: 440))" }
            for _ in 0..<3 {
                #expect(try client.request("GET", "/status", fields: fields).status == 200)
                let one = "X: \(String(repeating: "x", count: 6_144))"
                #expect(try client.request("GET", "/status", fields: [one]).status == 200)
            }
        }
    }

    @Test(
        "whatever is refused by its head gets one answer, counted, and the end of the connection",
        arguments: [
            ("GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: -1", 400),
            ("GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 0,0", 400),
            ("GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999", 400),
            ("\u{0}POST /evil HTTP/1.1\r\nGET /livez HTTP/1.1\r\nHost: a", 400),
            ("GET /livez?\(String(repeating: "a=b&", count: 110)) HTTP/1.1\r\nHost: a", 414),
            ("GET /livez?\(String(repeating: "&", count: 3_000)) HTTP/1.1\r\nHost: a", 414),
            ("GET /livez HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 9_000))", 431),
            ("GET /livez HTTP/1.1\(String(repeating: "\r\nX:", count: 120))\r\nHost: a", 431),
            ("GET /livez HTTP/3.0\r\nHost: a", 505), ("PRI * HTTP/2.0", 505),
        ])
    func oneAnswer(head: String, status: Int) async throws {
        try await RunningServer.serving(.running()) { server in
            for pieces in [false, true] {
                let client = try server.connect()
                for byte in pieces ? head.utf8.map({ [$0] }) : [Array(head.utf8)] {
                    // The server answers a fault as soon as it is there.
                    try? client.send(byte)
                }
                try? client.send("\r\n\r\n" + Self.smuggled)
                let reply = try client.head()
                #expect(reply.status == status)
                try client.expectOneProblem(reply)
            }
            let metrics = try server.request("GET", "/metrics").text
            #expect(metrics.contains("code=\"\(status)\"} "))
            #expect(!server.log.all.contains { $0.hasPrefix("warning libmicrohttpd") })
        }
    }

    @Test("an expectation without a body is passed over, whatever follows it")
    func expectation() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n"
            try client.send(request + request + "GET ")
            for _ in 0..<2 { #expect(try client.reply().text == "ok\n") }
            try client.send("/livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try client.reply().text == "ok\n")
            #expect(!server.log.all.contains { $0.hasPrefix("warning libmicrohttpd") })
        }
    }

    @Test("blanks behind a value are no part of it", arguments: [" ", "\t", " \t  "])
    func trailingBlanks(blanks: String) async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let tag = try #require(try client.request("GET", "/status")["ETag"])
            let reply = try client.request(
                "GET", "/status", host: "localhost" + blanks,
                fields: ["If-None-Match: " + tag + blanks, "Content-Length: 0" + blanks])
            #expect(reply.status == 304)
        }
    }
}

extension RawClient {
    /// Expects that a refusal whose head was read is a problem document, and all that comes.
    fileprivate func expectOneProblem(_ head: HTTPReply) throws {
        #expect(head["Content-Type"] == "application/problem+json")
        #expect(head["Connection"] == "close")
        let body = try bytes(try #require(head["Content-Length"].flatMap { Int($0) }))
        #expect(text(body).contains("\"status\": \(head.status)"))
        #expect(try bytesToEnd().isEmpty)
    }
}
