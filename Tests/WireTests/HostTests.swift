internal import PulseServer
internal import Testing

@Suite("The Host that a request names", .ownThread, .timeLimit(.minutes(1)))
struct HostTests {
    @Test(
        "an address, localhost or an allowed name is served",
        arguments: [
            "localhost", "LocalHost:80", "localhost:", "127.0.0.1:8080", "192.168.1.7", "[::1]",
            "[fe80::1]:8080", "[::ffff:127.0.0.1]", "pulse.example", "PULSE.example:8443",
            "localhost.", "pulse.example.:80",
        ])
    func served(host: String) async throws {
        try await Self.withServer { server in
            #expect(try server.request("GET", "/livez", host: host).status == 200)
            let absolute = try server.request("GET", "http://\(host)/livez", host: "evil.example")
            #expect(absolute.status == 200)
        }
    }

    @Test(
        "any other name may be DNS rebinding, and is refused on every path",
        arguments: [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost",
            "localhost..", "", ":80", "127.1", "1.2.3.4.5", "1.2.3.256", "0127.0.0.1", "1.2.3.",
            "xn--localhost", "a,b", "l%6Fcalhost",
        ])
    func refused(host: String) async throws {
        try await Self.withServer { server in
            for path in ["/status", "/events", "/", "/nothing"] {
                let reply = try server.request("GET", path, host: host)
                #expect(reply.statusLine == "HTTP/1.1 421 Misdirected Request")
                #expect(reply["Content-Type"] == "application/problem+json")
            }
        }
    }

    @Test(
        "a probe names the server as it likes, because its answer tells nothing",
        arguments: ["evil.example", "", ":80", "localhost", "10.0.0.7:8080"])
    func probes(host: String) async throws {
        try await Self.withServer { server in
            for path in ["/livez", "/readyz"] {
                for (method, status) in [("GET", 200), ("HEAD", 200), ("OPTIONS", 204)] {
                    let reply = try server.request(method, path, host: host)
                    #expect(reply.status == status, "\(method) \(path)")
                }
            }
        }
    }

    @Test(
        "what can be no name is a bad request, on every path and by any method",
        arguments: [
            "localhost:80:80", "localhost:8x", "user@localhost", "user:1@localhost",
            "127.0.0.1@evil.example", "[::1", "[::1]x", "[]", "[g::1]", "[::1]@evil",
            "localhost evil.example", "localhost/", "localhost/path", "a, b", "lócalhost", "a%zz",
        ])
    func malformed(host: String) async throws {
        try await Self.withServer { server in
            for (method, path) in [
                ("GET", "/status"), ("HEAD", "/livez"), ("OPTIONS", "/"), ("POST", "/status"),
                ("GET", "/nothing"),
            ] {
                let reply = try server.request(method, path, host: host)
                #expect(reply.status == 400, "\(method) \(path)")
            }
            // An authority in the target doesn't make up for it (RFC 9112 §3.2).
            let absolute = try server.request("GET", "http://localhost/livez", host: host)
            #expect(absolute.status == 400)
            #expect(absolute["Content-Type"] == "application/problem+json")
            #expect(absolute.text.contains("Host"))
        }
    }

    @Test(
        "the authority of an absolute-form outranks the Host field",
        arguments: [
            ("http://evil.example/status", 421), ("HTTPS://evil.example:80/status", 421),
            ("http://x@localhost/status", 400), ("http://localhost:x/status", 400),
            ("http://user@localhost/livez", 400), ("http://evil.example/livez", 200),
            ("http:///livez", 400), ("https://:443/status", 400), ("http://?x", 400),
        ])
    func absoluteForm(target: String, status: Int) async throws {
        try await Self.withServer { server in
            let reply = try server.request("GET", target, host: "localhost")
            #expect(reply.status == status)
        }
    }

    @Test("a preflight for a foreign name is refused as well")
    func preflight() async throws {
        try await RunningServer.with { configuration, _ in
            configuration.corsOrigins = ["*"]
        } _: { server in
            let reply = try server.request("OPTIONS", "/status", host: "evil.example")
            #expect(reply.status == 421)
        }
    }

    @Test("HTTP/1.1 without a Host, or any version with two, is a bad request")
    func number() async throws {
        try await Self.withServer { server in
            for lines in [
                ["HTTP/1.1"], ["HTTP/1.1", "Host: localhost", "Host: localhost"],
                ["HTTP/1.0", "Host: localhost", "host: evil.example"],
            ] {
                let client = try server.connect()
                try client.send("GET /status " + lines.joined(separator: "\r\n") + "\r\n\r\n")
                let reply = try client.reply()
                #expect(reply.status == 400)
                #expect(reply["Content-Type"] == "application/problem+json")
                #expect(try client.bytesToEnd().isEmpty)
            }
        }
    }

    @Test("HTTP/1.0 may name no host")
    func oldVersion() async throws {
        try await Self.withServer { server in
            let client = try server.connect()
            try client.send("GET /livez HTTP/1.0\r\n\r\n")
            #expect(try client.reply().text == "ok\n")
            #expect(try client.bytesToEnd().isEmpty)
        }
    }

    private static func withServer(_ body: (RunningServer) async throws -> Void) async throws {
        try await RunningServer.with { configuration, _ in
            configuration.allowedHosts = ["Pulse.example"]
        } _: { server in
            try await body(server)
        }
    }
}
