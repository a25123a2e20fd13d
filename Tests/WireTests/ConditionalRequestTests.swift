internal import Pulse
internal import TestSupport
internal import Testing

@Suite("Conditional requests", .ownThread, .timeLimit(.minutes(1)))
struct ConditionalRequestTests {
    @Test(
        "the tag that a state was served with gives 304",
        arguments: ["/status", "/progress", "/history", "/"])
    func notModified(path: String) async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            let full = try client.request("GET", path)
            let tag = try #require(full["ETag"])
            for field in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let reply = try client.request("GET", path, fields: ["If-None-Match: \(field)"])
                #expect(reply.statusLine == "HTTP/1.1 304 Not Modified", "\(field)")
                #expect(reply["ETag"] == tag)
                #expect(reply["Cache-Control"] == "no-cache")
            }
            for field in ["\"other\"", "W/\"other\"", "", tag.dropLast().description] {
                let reply = try client.request("GET", path, fields: ["If-None-Match: \(field)"])
                #expect(reply.status == 200, "\(field)")
                #expect(reply.body == full.body)
            }
        }
    }

    @Test(
        "a tag in any line of the list counts, and one that a compressing proxy has marked",
        arguments: ["/status", "/progress", "/history", "/"])
    func lines(path: String) async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            let tag = try #require(try client.request("GET", path)["ETag"])
            for fields in [
                ["If-None-Match: \"other\"", "If-None-Match: \(tag)"],
                [
                    "If-None-Match: \"other\"", "X: y", "if-none-match: W/\(tag)",
                    "If-None-Match: \"z\"",
                ],
                ["If-None-Match:", "If-None-Match: \(tag)"],
                ["If-None-Match: \(tag.dropLast())-gzip\""],
                ["If-None-Match: \(tag.dropLast())-br\""],
            ] {
                #expect(try client.request("GET", path, fields: fields).status == 304, "\(fields)")
            }
            let others = ["If-None-Match: \"a\"", "If-None-Match: \"b\""]
            #expect(try client.request("GET", path, fields: others).status == 200)
        }
    }

    @Test("another tag in If-Match is 412, before If-None-Match is looked at")
    func preconditionFailed() async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            for path in ["/status", "/progress", "/history", "/", "/panel.js"] {
                let tag = try #require(try client.request("GET", path)["ETag"])
                for (fields, status) in [
                    (["If-Match: \"nope\""], 412), (["If-Match: W/\(tag)"], 412),
                    (["If-Match:"], 412), (["If-Match: nope"], 412), (["If-Match: \(tag)"], 200),
                    (["If-Match: *"], 200), (["If-Match: \"nope\", \(tag)"], 200),
                    (["If-Match: \"nope\"", "If-Match: \(tag)"], 200),
                    (["If-Match: \(tag.dropLast())-gzip\""], 200),
                    (["If-None-Match: \(tag)", "If-Match: \"nope\""], 412),
                    (["If-None-Match: \(tag)", "If-Match: \(tag)"], 304),
                ] {
                    for method in ["GET", "HEAD"] {
                        let reply = try client.request(method, path, fields: fields)
                        #expect(reply.status == status, "\(method) \(path) \(fields)")
                    }
                }
            }
            // What has no tag is named by the star alone.
            for path in ["/metrics", "/livez", "/readyz"] {
                #expect(try client.request("GET", path, fields: ["If-Match: *"]).status == 200)
                #expect(try client.request("GET", path, fields: ["If-Match: \"x\""]).status == 412)
            }
            #expect(try client.request("GET", "/events", fields: ["If-Match: \"x\""]).status == 412)
            #expect(try client.request("HEAD", "/events", fields: ["If-Match: *"]).status == 200)
        }
    }

    @Test("a condition counts for what would succeed, and one on a date for nothing that has none")
    func ignoredConditions() async throws {
        try await RunningServer.withPanel { server in
            let client = try server.connect()
            let failing = ["If-Match: \"nope\""]
            #expect(try client.request("GET", "/nothing", fields: failing).status == 404)
            #expect(try client.request("GET", "/status?x=%", fields: failing).status == 400)
            #expect(try client.request("OPTIONS", "/status", fields: failing).status == 204)
            let date = "Mon, 01 Jan 2001 00:00:00 GMT"
            for fields in [
                ["If-Unmodified-Since: \(date)"], ["If-Modified-Since: \(date)"],
                ["If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"],
                ["If-Range: \"x\"", "Range: bytes=0-0"],
            ] {
                #expect(try client.request("GET", "/status", fields: fields).status == 200)
            }
        }
        try await RunningServer.with { _, directory in
            try directory.write("[]", to: "status.json")
        } _: { server in
            let reply = try server.request("GET", "/status", fields: ["If-Match: \"nope\""])
            #expect(reply.status == 503)
        }
    }

    @Test("a new state has a new tag; the same state again has the old one")
    func tagFollowsBytes() async throws {
        try await RunningServer.serving(.running()) { server in
            let stream = try server.events()
            let first = try server.request("GET", "/status")
            _ = try stream.next("progress")
            try TrainingStatus.running(epoch: 2.75).replace(server.statusFile)
            _ = try stream.next("progress")
            let second = try server.request("GET", "/status")
            #expect(second["ETag"] != first["ETag"])
            try TrainingStatus.running().replace(server.statusFile)
            _ = try stream.next("progress")
            #expect(try server.request("GET", "/status")["ETag"] == first["ETag"])
        }
    }
}
