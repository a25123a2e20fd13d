import TestSupport
internal import Pulse
internal import PulseServer
internal import Testing

@Suite("Access", .ownThread, .timeLimit(.minutes(1)))
struct AccessTests {
    private static let secret = "correct-horse-battery-staple"
    /// With the secret's FNV-1a.
    private static let cookieName = "pulse_token_98341b5dd4463b3d"

    @Test(
        "without the token everything but the server's own health is refused, and counted",
        arguments: [
            [], ["Authorization: Bearer wrong-horse-battery-staple"], ["Authorization: Bearer "],
            ["Authorization: Basic \(secret)"], ["Authorization: \(secret)"],
            ["Authorization: Bearer \(secret)x"], ["Authorization: Bearer\(secret)"],
            ["Cookie: pulse_token=wrong"], ["Cookie: xpulse_token=\(secret)"],
            ["Cookie: pulse_token=\(secret)x"], ["X-Token: \(secret)"],
            ["Cookie: \(cookieName)=wrong"], ["Cookie: pulse_token_0123456789abcdef=\(secret)"],
            ["Cookie: a=b", "Cookie: pulse_token=wrong"],
            // No list, so that the first line counts (RFC 9110 §5.3): nobody tries two at once.
            [
                "Authorization: Bearer wrong-horse-battery-staple",
                "Authorization: Bearer \(secret)",
            ],
            ["Authorization: Basic x", "Authorization: Bearer \(secret)"],
            ["Authorization: Bearer \(secret), Bearer \(secret)"],
            ["Authorization: Bearer \"\(secret)\""], ["Authorization: Bearer\t\(secret)"],
            ["Authorization: Bearer \(secret) x"], ["Authorization:"], ["Authorization: Bearer"],
            ["Cookie: \(cookieName)=\"\(secret)\""], ["Cookie: \(cookieName) = \(secret)"],
            ["Cookie: \(cookieName)"], ["Cookie: =\(secret)"], ["Cookie: ;;;"],
            ["Cookie: a=\(cookieName)=\(secret)"], ["Cookie: \(cookieName)=\(secret),a=b"],
        ])
    func refused(fields: [String]) async throws {
        try await Self.withToken { server in
            for path in [
                "/status", "/progress", "/history", "/events", "/metrics", "/", "/nothing",
            ] {
                let reply = try server.request("GET", path, fields: fields)
                #expect(reply.statusLine == "HTTP/1.1 401 Unauthorized", "\(path)")
                // RFC 6750 §3.1: a reason for whoever has shown a token, and for nobody else.
                let first = fields.first { $0.hasPrefix("Authorization:") } ?? ""
                let showsToken = first.contains(/^Authorization: Bearer [^ ]/)
                #expect(
                    reply["WWW-Authenticate"] == "Bearer realm=\"pulse\""
                        + (showsToken ? ", error=\"invalid_token\"" : ""))
                #expect(reply["Content-Type"] == "application/problem+json")
                #expect(try server.request("HEAD", path, fields: fields).status == 401)
            }
            for path in ["/livez", "/readyz"] {
                #expect(try server.request("GET", path, fields: fields).status == 200)
            }
            let metrics = try server.request("GET", "/metrics", fields: Self.bearer).text
            #expect(
                metrics.contains("pulse_http_requests_total{route=\"status\",code=\"401\"} 2\n"))
            #expect(!metrics.contains("route=\"status\",code=\"200\""))
        }
    }

    @Test(
        "the token admits as a Bearer, in any case of the scheme, or as a cookie among others",
        arguments: [
            "Authorization: Bearer \(secret)", "authorization: bEARER \(secret)",
            "Authorization: Bearer  \(secret)", "Authorization: Bearer     \(secret)",
            "Cookie: pulse_token=\(secret)", "Cookie: a=b; pulse_token=\(secret); c=d",
            "Cookie: \(cookieName)=\(secret)", "Cookie: a=b;\(cookieName)=\(secret)",
            "Cookie: a=b\r\nCookie: \(cookieName)=\(secret)",
            "Cookie: pulse_token=other\r\nX: y\r\ncookie: c=d; pulse_token=\(secret)\r\nCookie: e=f",
            // One of another server on this host, whose cookies know no ports.
            "Cookie: pulse_token=other; pulse_token=\(secret)",
            // The first line counts, with the blanks around it taken off.
            "Authorization: \t Bearer \(secret) \t",
            "Authorization: Bearer \(secret)\r\nAuthorization: Bearer wrong-horse-battery-staple",
            "Authorization: Basic x\r\nCookie: \(cookieName)=\(secret)",
            "Cookie: \t \(cookieName)=\(secret) \t", "Cookie: ;; a; =b; \(cookieName)=\(secret);",
            "Cookie:\r\nCookie: \(cookieName)=\(secret)",
        ])
    func admitted(field: String) async throws {
        try await Self.withToken { server in
            for path in ["/status", "/metrics", "/"] {
                #expect(try server.request("GET", path, fields: [field]).status == 200)
            }
            let stream = try server.events(fields: [field])
            #expect(try stream.next("status") != nil)
        }
    }

    @Test(
        "a visit with the token in the query sets a cookie that scripts can't read, and redirects")
    func signIn() async throws {
        try await Self.withToken { server in
            let reply = try server.request("GET", "/?token=\(Self.secret)")
            #expect(reply.status == 303)
            #expect(reply["Location"] == "./")
            #expect(reply["Cache-Control"] == "no-store")
            #expect(reply["Referrer-Policy"] == "no-referrer")
            let cookie = try #require(reply["Set-Cookie"])
            #expect(
                cookie == "\(Self.cookieName)=\(Self.secret); Path=/; HttpOnly; SameSite=Strict")
            let pair = try #require(cookie.split(separator: ";").first)
            #expect(try server.request("GET", "/", fields: ["Cookie: \(pair)"]).status == 200)
            for wrong in [
                "/?token=wrong-horse-battery-staple", "/?token=", "/?token", "/?tok=\(Self.secret)",
                "/?TOKEN=\(Self.secret)", "/?Token=\(Self.secret)",
            ] {
                let refusal = try server.request("GET", wrong)
                #expect([400, 401].contains(refusal.status), "\(wrong)")
                #expect(refusal["Set-Cookie"] == nil)
            }
        }
    }

    @Test("a token in the address is taken out of it, also where it was needed no more")
    func signedInAlready() async throws {
        try await Self.withToken { server in
            for fields in [["Cookie: \(Self.cookieName)=\(Self.secret)"], Self.bearer] {
                for target in [
                    "/?token=\(Self.secret)", "/index.html?token=\(Self.secret)",
                    "/?TOKEN=x&token=\(Self.secret)&lang=ru",
                ] {
                    let reply = try server.request("GET", target, fields: fields)
                    #expect(reply.status == 303, "\(target)")
                    #expect(reply["Location"] == "./")
                    #expect(try server.request("HEAD", target, fields: fields).status == 303)
                }
                // No token of this server: nothing to be hidden.
                for target in ["/", "/?TOKEN=\(Self.secret)", "/?token=wrong-horse-battery-staple"]
                {
                    #expect(try server.request("GET", target, fields: fields).status == 200)
                }
            }
        }
    }

    @Test("the cookies of two servers on one host have two names")
    func cookieNames() async throws {
        try await Self.withToken { one in
            try await RunningServer.with { configuration, directory in
                configuration.tokenFile = try directory.write("\(Self.secret)-2\n", to: "token")
            } _: { other in
                let names = try [
                    one.request("GET", "/?token=\(Self.secret)"),
                    other.request("GET", "/?token=\(Self.secret)-2"),
                ].map { try #require($0["Set-Cookie"]?.prefix { $0 != "=" }) }
                #expect(names[0] != names[1])
                #expect(names.allSatisfy { $0.hasPrefix("pulse_token_") })
            }
        }
    }

    @Test("a browser signs in where no panel is served, too")
    func signInWithoutPanel() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.tokenFile = try directory.write("\(Self.secret)\n", to: "token")
        } _: { server in
            for (target, code) in [
                ("/?token=\(Self.secret)", 303), ("/?token=wrong-horse-battery", 401),
                ("/?token=%22", 400), ("/status?token=\(Self.secret)", 401),
            ] {
                let reply = try server.request("GET", target)
                #expect(reply.status == code, "\(target)")
            }
        }
    }

    @Test("the secret is in no log line")
    func noSecretInLogs() async throws {
        try await Self.withToken { server in
            _ = try server.request("GET", "/?token=\(Self.secret)")
            _ = try server.request("GET", "/status", fields: Self.bearer)
            let client = try server.connect()
            try client.send(
                "GET /?token=\(Self.secret) HTTP/3.0\r\nCookie: pulse_token=\(Self.secret)\r\n\r\n")
            _ = try client.bytesToEnd()
            let killed = try server.events(fields: Self.bearer)
            killed.client.resetWhenReleased()
            #expect(!server.log.all.contains { $0.contains(Self.secret) })
        }
    }

    @Test("a token doesn't stand in for the Host check, nor a Host for the token")
    func both() async throws {
        try await Self.withToken { server in
            let foreign = try server.request(
                "GET", "/status", host: "evil.example", fields: Self.bearer)
            #expect(foreign.status == 421)
        }
    }

    @Test("an address that others can reach needs a token, or a plain word that it doesn't")
    func foreignAddress() async throws {
        await #expect(throws: ServerError.self) {
            try await RunningServer.with { configuration, _ in
                configuration.host = "0.0.0.0"
            } _: { _ in
            }
        }
        try await RunningServer.with { configuration, _ in
            configuration.host = "0.0.0.0"
            configuration.allowsAnonymous = true
        } _: { server in
            let reply = try server.request("GET", "/status")
            #expect(reply.status == 200)
        }
    }

    @Test("no page of another origin may read anything, by default")
    func noCORS() async throws {
        try await RunningServer.serving(.running()) { server in
            for path in ["/status", "/events", "/metrics", "/livez"] {
                let client = try server.connect()
                try client.send(
                    "GET \(path) HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n"
                )
                let names = try client.head().fields.map { $0.name.lowercased() }
                #expect(!names.contains { $0.hasPrefix("access-control-") })
            }
            let preflight = try server.request(
                "OPTIONS", "/status",
                fields: ["Origin: https://evil.example", "Access-Control-Request-Method: GET"])
            #expect(preflight.status == 204)
            #expect(!preflight.ownFields.keys.contains { $0.hasPrefix("access-control-") })
        }
    }

    @Test("a named origin may read, others may not, and caches are told that it depends")
    func namedOrigin() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.corsOrigins = ["https://good.example"]
            try directory.write(try TrainingStatus.running().document, to: "status.json")
        } _: { server in
            let good = try server.request(
                "GET", "/status", fields: ["Origin: https://good.example"])
            #expect(good["Access-Control-Allow-Origin"] == "https://good.example")
            #expect(good["Vary"] == "Origin")
            for origin in [
                "https://evil.example", "https://good.example.evil", "null",
                "https://good.example:1", "", "https://good.example/", "HTTPS://good.example",
                "https://good.example, https://good.example", "https://good.example x",
                "https://evil.example\r\nOrigin: https://good.example",
            ] {
                let bad = try server.request("GET", "/status", fields: ["Origin: \(origin)"])
                #expect(bad.status == 200)
                #expect(bad["Access-Control-Allow-Origin"] == nil, "\(origin)")
                #expect(bad["Vary"] == "Origin")
            }
            // Blanks around a value are none of it (RFC 9112 §5.1), and the first line counts.
            for origin in [" \thttps://good.example \t", "https://good.example\r\nOrigin: x"] {
                let read = try server.request("GET", "/status", fields: ["Origin: \(origin)"])
                #expect(read["Access-Control-Allow-Origin"] == "https://good.example")
            }
            let preflight = try server.request(
                "OPTIONS", "/events",
                fields: ["Origin: https://good.example", "Access-Control-Request-Method: GET"])
            #expect(preflight.status == 204)
            #expect(preflight["Access-Control-Allow-Origin"] == "https://good.example")
            #expect(preflight["Access-Control-Allow-Credentials"] == nil)
        }
    }

    private static let bearer = ["Authorization: Bearer \(secret)"]

    private static func withToken(_ body: (RunningServer) async throws -> Void) async throws {
        try await RunningServer.withPanel { configuration, directory in
            configuration.tokenFile = try directory.write("\(secret)\n", to: "token")
        } _: { server in
            try await body(server)
        }
    }
}
