internal import Pulse
internal import PulseServer
internal import TestSupport
internal import Testing

@Suite("Methods", .ownThread, .timeLimit(.minutes(1)))
struct MethodTests {
    @Test(
        "HEAD gives the fields of GET and not one byte of a body, and the connection stays usable",
        arguments: [
            "/", "/panel.js", "/status", "/progress", "/history", "/metrics", "/livez", "/readyz",
            "/nothing",
        ])
    func head(path: String) async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            let get = try client.request("GET", path)
            let head = try client.request("HEAD", path)
            #expect(head.statusLine == get.statusLine)
            // The length of a scrape changes by the scrape before it.
            if path != "/metrics" { #expect(head["Content-Length"] == get["Content-Length"]) }
            #expect(head.ownFields == get.ownFields)
            #expect(head.body.isEmpty)
            // The next answer starts right behind the head, or this one would be malformed.
            #expect(try client.request("GET", "/livez").text == "ok\n")
        }
    }

    @Test("HEAD on /events gives the fields of the stream, no byte of it, and opens none")
    func headEvents() async throws {
        try await RunningServer.serving(.running()) { server in
            for _ in 0..<3 {
                let client = try server.connect()
                let head = try client.request("HEAD", "/events")
                #expect(head.status == 200)
                #expect(head.ownFields == (try server.events().head.ownFields))
                // A stream has no length, and that of a HEAD is the GET's (RFC 9110 §8.6).
                #expect(head["Content-Length"] == nil)
                #expect(try client.bytesToEnd().isEmpty)
            }
            let metrics = try server.request("GET", "/metrics").text
            #expect(metrics.contains("route=\"events\",code=\"200\"} 6\n"))
        }
    }

    @Test("HEAD on a 304 and on a 503 has no body either")
    func headOfOthers() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.maximumStreams = 0
            try directory.write("[]", to: "status.json")
        } _: { server in
            let client = try server.connect()
            #expect(try client.request("HEAD", "/status").status == 503)
            #expect(try client.request("HEAD", "/history").status == 503)
            #expect(try client.request("GET", "/livez").text == "ok\n")
        }
    }

    @Test(
        "any other method is refused with what is allowed, and the connection ends",
        arguments: [
            "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "G",
        ])
    func refused(method: String) async throws {
        try await RunningServer.serving(.running()) { server in
            for path in ["/status", "/events", "/nothing", "http://localhost/"] {
                let client = try server.connect()
                let reply = try client.request(method, path)
                #expect(reply.statusLine == "HTTP/1.1 405 Method Not Allowed")
                #expect(reply["Allow"] == "GET, HEAD, OPTIONS")
                #expect(reply["Content-Type"] == "application/problem+json")
                #expect(try client.bytesToEnd().isEmpty)
            }
        }
    }

    @Test(
        "OPTIONS tells what is allowed, for a path and for the server",
        arguments: [
            "/", "/status", "/events", "/livez", "/nothing", "*", "http://localhost/status",
        ])
    func options(target: String) async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            for _ in 0..<2 {
                let reply = try client.request("OPTIONS", target)
                #expect(reply.statusLine == "HTTP/1.1 204 No Content")
                #expect(reply["Allow"] == "GET, HEAD, OPTIONS")
                #expect(reply["Content-Length"] == nil)
                #expect(!reply.ownFields.keys.contains { $0.hasPrefix("access-control-") })
                #expect(reply.body.isEmpty)
            }
            #expect(try client.request("GET", "/livez").text == "ok\n")
            // As the checks of load balancers ask: an old version, no Host, no token.
            let old = try server.connect()
            try old.send("OPTIONS / HTTP/1.0\r\n\r\n")
            #expect(try old.reply().status == 204)
        }
    }

    @Test(
        "a method that is no token, or a target of a form that the method has not, is malformed",
        arguments: [
            ("GET\u{1}", "/status"), ("G(T", "/status"), ("GET\u{0}EVIL", "/status"),
            ("\"GET\"", "/status"), ("GÉT", "/status"), ("GET", "*"), ("POST", "*"), ("HEAD", "*"),
            ("GET", "localhost:8080"), ("GET", "status"), ("GET", "./status"), ("GET", "?status"),
            ("GET", "http:/status"), ("GET", "://status"), ("OPTIONS", "**"),
        ])
    func malformed(method: String, target: String) async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let reply = try client.request(method, target)
            #expect(reply.status == 400)
            #expect(reply["Content-Type"] == "application/problem+json")
            #expect(try client.bytesToEnd().isEmpty)
            #expect(try server.request("CONNECT", "localhost:443").status == 405)
        }
    }

    @Test("a body is never read as the next request", arguments: [("POST", 405), ("GET", 400)])
    func bodyIsNoRequest(method: String, status: Int) async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let smuggled = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try client.send(
                "\(method) /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n"
                    + smuggled)
            #expect(try client.reply().status == status)
            #expect(try client.bytesToEnd().isEmpty)
        }
    }
}
