internal import Foundation
internal import Pulse
internal import PulseServer
internal import TestSupport
internal import Testing

@Suite("Routes", .ownThread, .timeLimit(.minutes(1)))
struct RouteTests {
    @Test("/status is the document, canonical whatever the file's spelling")
    func status() async throws {
        try await RunningServer.with { _, directory in
            try directory.write(
                "\n{\"timestamp\": 1732800000,\"message\":\"\\u00e9\", \"loss\": 25e-2,"
                    + " \"total_epochs\": 3, \"epoch\": 2.50, \"status\": \"running\"}\n",
                to: "status.json")
        } _: { server in
            let reply = try server.request("GET", "/status")
            #expect(reply.statusLine == "HTTP/1.1 200 OK")
            #expect(
                reply.text
                    == #"{"status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.25, "#
                    + #""message": "é", "timestamp": 1732800000}"#)
            #expect(
                reply.ownFields == [
                    "content-type": "application/json", "cache-control": "no-cache",
                    "etag": reply["ETag"] ?? "", "pulse-source": "ok",
                    "x-content-type-options": "nosniff",
                ])
            #expect(reply["ETag"]?.wholeMatch(of: /"[0-9a-f]{16}"/) != nil)
        }
    }

    @Test("/progress has its nine fields")
    func progress() async throws {
        // The document's age is judged on the first look, so it has to be fresh to be live.
        let now = Int64(Date.now.timeIntervalSince1970)
        try await RunningServer.serving(.running(timestamp: now)) { server in
            let reply = try server.request("GET", "/progress")
            #expect(reply["Content-Type"] == "application/json")
            #expect(
                reply.text
                    == #"{"progress": 83.33333333333333, "status": "running", "epoch": 2.5, "#
                    + #""total_epochs": 3.0, "timestamp": \#(now), "liveness": "live", "#
                    + #""eta_seconds": null, "source": "ok", "source_error": null}"#)
        }
    }

    @Test("/history has the run's curve")
    func history() async throws {
        try await RunningServer.serving(.running()) { server in
            let reply = try server.request("GET", "/history")
            #expect(reply["Content-Type"] == "application/json")
            #expect(reply.text == #"{"timestamp": [1732800000], "epoch": [2.5], "loss": [0.25]}"#)
        }
    }

    @Test("a loss of 0 that nobody measured is in /status, and nowhere else")
    func unmeasuredLoss() async throws {
        try await RunningServer.serving(.running(epoch: 2, loss: 0)) { server in
            #expect(try server.request("GET", "/status").text.contains(#""loss": 0.0"#))
            let history = try server.request("GET", "/history").text
            #expect(history == #"{"timestamp": [], "epoch": [], "loss": []}"#)
            #expect(!(try server.request("GET", "/metrics").text.contains("pulse_loss")))
        }
    }

    @Test("without a file, everything is served as waiting, and says that the source is missing")
    func missing() async throws {
        try await RunningServer.with { server in
            let status = try server.request("GET", "/status")
            #expect(status.status == 200)
            #expect(status["Pulse-Source"] == "missing")
            let document = try PulseDecoder.decode(status.body)
            #expect(document.status == .idle)
            #expect(document.message == "Waiting to start...")
            #expect(abs(document.timestamp - Int64(Date.now.timeIntervalSince1970)) < 60)
            let progress = try server.request("GET", "/progress").text
            #expect(
                progress.contains(
                    #""liveness": "waiting", "eta_seconds": null, "source": "missing""#))
            #expect(!progress.contains(#""source_error": null"#))
        }
    }

    @Test("/metrics speaks both text formats")
    func metrics() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let plain = try client.request("GET", "/metrics")
            #expect(plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain["Cache-Control"] == "no-store")
            #expect(plain.text.contains("\npulse_epoch 2.5\n"))
            #expect(plain.text.contains("\npulse_status{status=\"running\"} 1\n"))
            let open = try client.request(
                "GET", "/metrics", fields: ["Accept: application/openmetrics-text; version=1.0.0"])
            #expect(
                open["Content-Type"]
                    == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(open.text.hasSuffix("# EOF\n"))
            // A scrape counts the ones before it, by the route's name.
            #expect(
                open.text.contains("pulse_http_requests_total{route=\"metrics\",code=\"200\"} 1\n"))
        }
    }

    @Test(
        "/livez and /readyz are fine, whatever the trainer does", arguments: ["/livez", "/readyz"])
    func health(path: String) async throws {
        try await RunningServer.with { _, directory in
            try directory.write("not a document", to: "status.json")
        } _: { server in
            #expect(try server.request("GET", "/status").status == 503)
            let reply = try server.request("GET", path)
            #expect(reply.status == 200)
            #expect(reply.text == "ok\n")
            // Whoever finds a 200 on a port may ask whose it is.
            #expect(reply["Server"] == "Pulse")
        }
    }

    @Test("a server without a panel says so where it would be, and how it gets one")
    func noPanel() async throws {
        try await RunningServer.serving(.running()) { server in
            for path in ["/", "/index.html"] {
                let reply = try server.request("GET", path)
                #expect(reply.status == 404)
                #expect(reply["Content-Type"] == "application/problem+json")
                #expect(reply.text.contains("no panel"))
                #expect(reply.text.contains("--public-dir"))
            }
            #expect(try server.request("GET", "/panel.js").text.contains("nothing is at this path"))
            let metrics = try server.request("GET", "/metrics").text
            #expect(metrics.contains("pulse_http_requests_total{route=\"other\",code=\"404\"} 3\n"))
        }
        // A directory without its page is none, either.
        try await RunningServer.with { configuration, directory in
            try directory.makeDirectory("public")
            try directory.write("x", to: "public/panel.js")
            configuration.publicDirectory = directory.file("public")
        } _: { server in
            let page = try server.request("GET", "/")
            #expect(page.text.contains("no panel"))
            let script = try server.request("GET", "/panel.js")
            #expect(script.status == 200)
        }
    }

    @Test("the panel's files are served by their paths, with a policy that allows no inline code")
    func files() async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            let page = try client.request("GET", "/")
            #expect(page.text == "<!doctype html>")
            #expect(page["Content-Type"] == "text/html; charset=utf-8")
            #expect(page["Content-Security-Policy"]?.hasPrefix("default-src 'none'; ") == true)
            #expect(page["Content-Security-Policy"]?.contains("unsafe") == false)
            #expect(page["X-Content-Type-Options"] == "nosniff")
            #expect(page["Referrer-Policy"] == "no-referrer")
            #expect(try client.request("GET", "/index.html").body == page.body)
            let script = try client.request("GET", "/panel.js?v=1")
            #expect(script["Content-Type"] == "text/javascript; charset=utf-8")
            #expect(try client.request("GET", "/nested/").text == "<p>nested")
        }
    }

    @Test(
        "an unknown path is a problem document",
        arguments: ["/nothing", "/status/", "//status", "/STATUS"])
    func notFound(path: String) async throws {
        try await RunningServer.withPanel { server in
            let reply = try server.request("GET", path)
            #expect(reply.statusLine == "HTTP/1.1 404 Not Found")
            #expect(reply["Content-Type"] == "application/problem+json")
            #expect(
                reply.text
                    == #"{"type": "about:blank", "title": "Not Found", "status": 404, "#
                    + #""detail": "nothing is at this path"}"#)
        }
    }

    @Test("escapes in a path are decoded, and an absolute-form is routed by its path")
    func targets() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            let plain = try client.request("GET", "/status").body
            for target in [
                "/%73tatus", "/status?", "/status?x=%00&y", "http://localhost/status",
                "HTTP://127.0.0.1:1/%73tatus",
            ] {
                #expect(try client.request("GET", target).body == plain, "\(target)")
            }
        }
    }
}
