internal import Pulse
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
