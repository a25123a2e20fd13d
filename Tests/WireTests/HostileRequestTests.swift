import TestSupport
internal import Pulse
internal import Testing

@Suite("Hostile requests", .ownThread, .timeLimit(.minutes(1)))
struct HostileRequestTests {
    /// Bytes that look like a second request inside the first.
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test(
        "a request that announces a body, in whatever way, is refused, and what follows is no request",
        arguments: [
            "Content-Length: 5", "Content-Length: 5\r\nContent-Length: 0",
            "Content-Length: 0\r\nContent-Length: 5", "Content-Length: 0\r\nContent-Length: 0",
            "Content-Length: 00", "Content-Length: +0", "Content-Length: -1", "Content-Length: 0x0",
            "Content-Length: 0, 0", "Content-Length:", "Content-Length: 0 0", "Content-Length : 5",
            "Content-Length: 99999999999999999999999999", "Transfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding:\tchunked", "transfer-encoding: Chunked",
            "Transfer-Encoding\u{b}: chunked",
            "X: y\r\nTransfer-Encoding: chunked\r\n ", "Transfer-Encoding: x\r\n chunked",
            // The library hides what is folded, what follows a NUL, and what follows a colon.
            "Transfer-Encoding:\r\n chunked", "Content-Length:\r\n\t5",
            "X: y\r\n Content-Length: 5",
            "X: y\u{0}\r\nContent-Length: 5", "X: \u{0}y", "X\u{0}: y", ": x\r\nContent-Length: 5",
            ":\r\nTransfer-Encoding: chunked", "X: \r\r\nContent-Length: 5",
        ])
    func smuggling(fields: String) async throws {
        try await RunningServer.serving(.running()) { server in
            for method in ["GET", "POST"] {
                let client = try server.connect()
                try client.send(
                    "\(method) /livez HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n0\r\n\r\n"
                        + Self.smuggled)
                let answer = text(try client.bytesToEnd())
                let status = answer.dropFirst(9).prefix(3)
                #expect(["400", "405", "413"].contains(status), "\(answer)")
                #expect(!answer.contains("404"), "the smuggled request was answered")
            }
            #expect(try server.request("GET", "/livez").text == "ok\n")
            let metrics = try server.request("GET", "/metrics").text
            #expect(!metrics.contains("code=\"404\""))
        }
    }

    @Test(
        "no spelling of a path leads out of the panel's directory, or to a hidden file",
        arguments: [
            "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt",
            "/%252e%252e/secret.txt", "/..%5csecret.txt", "/..\\secret.txt",
            "/nested/../../secret.txt",
            "/nested/%2e%2e/%2e%2e/secret.txt", "/./../secret.txt", "//secret.txt",
            "/%2fsecret.txt",
            "/..;/secret.txt", "/%c0%ae%c0%ae/secret.txt", "/..%00/secret.txt", "/%00../secret.txt",
            "/index.html%00.txt", "/public/../../secret.txt", "/../public-evil/secret.txt",
            "http://localhost/../secret.txt", "http://localhost/%2e%2e/secret.txt", "../secret.txt",
            "secret.txt", "file:///secret.txt", "/.hidden", "/%2ehidden", "/./.hidden",
            "/nested/../.hidden",
            "/index.html/", "/index.html/..", "/INDEX.HTML", "/index.html%20", "/nested",
            "/nested/.",
            "/link/secret.txt", "*", "%", "/%", "/%2", "/%zz", "/%u002e%u002e/secret.txt",
        ])
    func traversal(target: String) async throws {
        try await RunningServer.withPanel { server in
            try server.directory.write("the secret", to: "secret.txt")
            let reply = try server.request("GET", target)
            #expect([400, 404].contains(reply.status))
            #expect(!reply.text.contains("secret"))
        }
    }

    @Test(
        "what isn't HTTP/1 gets an error or nothing, is closed, and nobody else notices",
        arguments: [
            "GET /livez\r\n\r\n", "GET\r\n\r\n", "GET /livez http/1.1\r\n\r\n",
            "GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n", "GET /livez HTTP/0.9\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
            " GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET\t/livez\tHTTP/1.1\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n",
            "GET /liv ez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\nH\u{e4}der: x\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: evil\r\n localhost\r\n\r\n",
            "GET /\u{1}livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\r\n\r\n",
        ])
    func garbage(bytes: String) async throws {
        try await RunningServer.serving(.running()) { server in
            let bystander = try server.connect()
            let client = try server.connect()
            try client.send(bytes)
            client.finishSending()
            let answer = text(try client.bytesToEnd())
            let status = answer.dropFirst(9).prefix(3)
            #expect(answer.isEmpty || ["400", "505"].contains(status), "\(answer)")
            #expect(try bystander.request("GET", "/livez").text == "ok\n")
            // A client's fault is nothing that an operator has to read of.
            #expect(!server.log.all.contains { $0.hasPrefix("warning libmicrohttpd") })
        }
    }

    @Test("random bytes never end the server", arguments: 0..<8 as Range<UInt64>)
    func randomBytes(seed: UInt64) async throws {
        try await RunningServer.serving(.running()) { server in
            var random = SeededGenerator(seed: seed)
            var clients: [RawClient] = []
            for _ in 0..<200 {
                let client = try server.connect()
                try client.send(Self.mutatedRequest(using: &random))
                clients.append(client)
            }
            // The daemon answers in the order of arrival: all that it has to say is on its way.
            #expect(try server.request("GET", "/livez").text == "ok\n")
            for client in clients {
                let answer = text(client.bytesSoFar())
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "))
            }
        }
    }

    private static func mutatedRequest(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array("GET /status HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = .random(in: 0...255, using: &random)
            case 1: bytes.insert(.random(in: 0...255, using: &random), at: place)
            case 2: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes.shuffled(using: &random), at: place)
            }
        }
        return bytes
    }

    @Test("a request target that is too long is 414, fields that are too long 431")
    func bombs() async throws {
        try await RunningServer.serving(.running()) { server in
            let bystander = try server.connect()
            for (head, status) in [
                ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n", 414),
                ("GET /?\(String(repeating: "a&", count: 10_000)) HTTP/1.1\r\n", 414),
                ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 20_000))\r\n", 431),
                ("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 5_000), 431),
                ("GET / HTTP/1.1\r\n\(String(repeating: "a", count: 20_000)): x\r\n", 431),
                ("GET / HTTP/1.1\r\nX: a\r\n" + String(repeating: " a\r\n", count: 5_000), 400),
                (
                    "GET / HTTP/1.1\r\nCookie: " + String(repeating: "a=b; ", count: 4_000)
                        + "\r\n", 431
                ),
            ] {
                let client = try server.connect()
                // The server answers and closes before all of it is sent.
                try? client.send(head + "Host: localhost\r\n\r\n")
                let answer = text(try client.bytesToEnd())
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
                #expect(try bystander.request("GET", "/livez").text == "ok\n")
            }
        }
    }

    @Test("a few empty lines before a request are passed over, a flood of them is cut off")
    func emptyLines() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            try client.send("\r\n\r\n\n")
            #expect(try client.request("GET", "/livez").text == "ok\n")
            let flood = try server.connect()
            try? flood.send(String(repeating: "\r\n", count: 100_000))
            _ = try flood.bytesToEnd()
        }
    }

    @Test("a thousand pipelined requests are answered in order")
    func pipelining() async throws {
        try await RunningServer.withPanel { server in
            let paths = ["/livez", "/status", "/nothing", "/", "/progress"]
            let expected = try paths.map { try server.request("GET", $0).body }
            let client = try server.connect()
            let requests = (0..<1_000).map { number in
                "GET \(paths[number % paths.count]) HTTP/1.1\r\nHost: localhost\r\n\r\n"
            }
            // Less than the kernel buffers, so that sending never waits for reading.
            try client.send(requests.joined())
            for number in 0..<1_000 {
                #expect(try client.reply().body == expected[number % paths.count])
            }
            #expect(client.isSilent)
        }
    }

    @Test("what is pipelined behind a refused request, or behind the last one, is dropped")
    func pipelinedBehindTheLast() async throws {
        try await RunningServer.serving(.running()) { server in
            for first in [
                "POST /status HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /status HTTP/1.0\r\n\r\n",
            ] {
                let client = try server.connect()
                try client.send(first + Self.smuggled)
                _ = try client.reply()
                #expect(try client.bytesToEnd().isEmpty)
            }
        }
    }

    @Test("requests pipelined behind a stream wait for its end, which HTTP/1.1 asks for")
    func behindAStream() async throws {
        try await RunningServer.serving(.running()) { server in
            let stream = try server.events(fields: [
                "X: y\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost"
            ])
            _ = try stream.next("progress")
            try TrainingStatus.running(epoch: 3).replace(server.statusFile)
            #expect(try stream.next("status") != nil)
        }
    }

    @Test("lenient spellings that the library accepts mean what they say")
    func lenient() async throws {
        try await RunningServer.serving(.running()) { server in
            for request in [
                "GET /livez HTTP/1.1\nHost: localhost\n\n",
                "GET /livez HTTP/1.9\r\nHost: localhost\r\n\r\n",
                "GET  /livez HTTP/1.1\r\nHost:localhost\r\nX:\r\nY: \t \r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: nonsense\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
            ] {
                let client = try server.connect()
                try client.send(request)
                #expect(try client.reply().text == "ok\n")
                #expect(client.isSilent)
            }
        }
    }

    @Test("a head that arrives byte by byte is the same head")
    func byteByByte() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let fields = (0..<20).map {
                "X-Field-\($0): \(String(repeating: "v", count: $0 * 5))\r\n"
            }
            let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\(fields.joined())\r\n"
            for _ in 0..<2 {
                for byte in request.utf8 { try client.send([byte]) }
                #expect(try client.reply().text == "ok\n")
            }
        }
    }

    @Test("keep-alive is as each version has it")
    func keepAlive() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            try client.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let first = try client.reply()
            #expect(first.text == "ok\n")
            #expect(first["Connection"]?.lowercased() == "keep-alive")
            try client.send("GET /livez HTTP/1.0\r\n\r\n")
            #expect(try client.reply().text == "ok\n")
            #expect(try client.bytesToEnd().isEmpty)
        }
    }
}
