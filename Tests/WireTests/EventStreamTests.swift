internal import Pulse
internal import PulseServer
internal import TestSupport
internal import Testing

@Suite("GET /events", .ownThread, .timeLimit(.minutes(1)))
struct EventStreamTests {
    @Test("sends the headers of a stream, a jittered retry, then the newest state in one block")
    func connect() async throws {
        try await RunningServer.serving(.running()) { server in
            let stream = try server.events()
            #expect(stream.head.statusLine == "HTTP/1.1 200 OK")
            #expect(
                stream.head.ownFields == [
                    "content-type": "text/event-stream", "cache-control": "no-cache",
                    "x-accel-buffering": "no", "x-content-type-options": "nosniff",
                ])
            let status = try #require(try stream.next())
            #expect((1_000...2_000).contains(try #require(stream.retry)))
            #expect(status.name == "status")
            #expect(status.id?.wholeMatch(of: /[0-9a-f]+-[1-9][0-9]*/) != nil)
            let progress = try #require(try stream.next())
            #expect(progress.name == "progress")
            #expect(progress.id == nil)
            #expect(status.data == (try server.request("GET", "/status").text))
            #expect(progress.data == (try server.request("GET", "/progress").text))
        }
    }

    @Test("has these bytes exactly")
    func bytes() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try client.head()
            let status = try server.request("GET", "/status").text
            let progress = try server.request("GET", "/progress").text
            let chunk = text(try #require(try client.chunk()))
            let parts = try #require(
                chunk.wholeMatch(of: /retry: \d+\n\nid: (\S+)\n(event: status\n[\S\s]*)/))
            #expect(
                parts.2
                    == "event: status\ndata: \(status)\n\nevent: progress\ndata: \(progress)\n\n")
        }
    }

    @Test("sends each change of the file once, in order, with the next id")
    func changes() async throws {
        try await RunningServer.serving(.running()) { server in
            let stream = try server.events()
            let first = try #require(try stream.next("status"))
            let boot = try #require(first.id?.split(separator: "-").first)
            var sequence = try #require(first.id?.split(separator: "-").last.flatMap { Int($0) })
            for epoch in 1...20 {
                let status = try TrainingStatus.running(epoch: Double(epoch), of: 20)
                try status.replace(server.statusFile)
                let event = try #require(try stream.next("status"))
                sequence += 1
                #expect(event.data == status.document)
                #expect(event.id == "\(boot)-\(sequence)")
            }
        }
    }

    @Test("resends nothing for a Last-Event-ID that is the newest, and the newest for any other")
    func lastEventID() async throws {
        try await RunningServer.serving(.running()) { server in
            let first = try server.events()
            _ = try first.next("progress")
            let newest = first.lastEventID
            let boot = newest.dropLast(2)
            let knowing = try server.events(fields: ["Last-Event-ID: \(newest)"])
            for other in [
                "", "1", "\(boot)-0", "\(boot)-2", "\(boot)-", "\(boot)-+1", "\(boot)-01",
                "\(boot)- 1",
                "\(boot)-1 x", "\(boot)-99999999999999999999999", "x\(newest)", "\(boot)-\u{661}",
                "\(boot)-\u{b9}", String(repeating: "9", count: 4_000),
            ] {
                let stream = try server.events(fields: ["Last-Event-ID: \(other)"])
                let event = try stream.next()
                #expect(event?.name == "status", "\(other)")
                #expect(event?.id == newest)
            }
            try TrainingStatus.running(epoch: 3).replace(server.statusFile)
            let event = try knowing.next("status")
            #expect(event?.data == (try TrainingStatus.running(epoch: 3).document))
        }
    }

    @Test("sends only the progress event when the source alone changes, then recovers")
    func sourceChange() async throws {
        try await RunningServer.serving(.running()) { server in
            let stream = try server.events()
            _ = try stream.next("progress")
            try server.directory.write(
                #"{"status": "running", "epoch": 1, "loss": NaN"#, to: "status.json")
            let bad = try #require(try stream.next())
            #expect(bad.name == "progress")
            #expect(bad.id != nil)
            #expect(bad.data.contains(#""epoch": 2.5"#))
            #expect(bad.data.contains(#""source": "invalid""#))
            #expect(bad.data.contains("loss is NaN"))
            #expect(try server.request("GET", "/status")["Pulse-Source"] == "invalid")
            try TrainingStatus.running().replace(server.statusFile)
            let good = try #require(try stream.next())
            #expect(good.name == "progress")
            #expect(good.data.contains(#""source": "ok", "source_error": null"#))
        }
    }

    @Test("opens while nothing can be served yet, says why, and sends the first good state")
    func noStateYet() async throws {
        try await RunningServer.with { _, directory in
            try directory.write("nonsense", to: "status.json")
        } _: { server in
            let stream = try server.events()
            let problem = try #require(try stream.next())
            #expect(problem.name == "problem")
            #expect(problem.data == (try server.request("GET", "/status").text))
            try TrainingStatus.running().replace(server.statusFile)
            #expect(try stream.next()?.data == (try TrainingStatus.running().document))
        }
    }

    @Test("beats with a named event")
    func heartbeat() async throws {
        try await RunningServer.with { configuration, _ in
            configuration.heartbeatInterval = .milliseconds(50)
        } _: { server in
            let stream = try server.events()
            for _ in 0..<3 {
                let beat = try #require(try stream.next("heartbeat"))
                #expect(beat.id == nil)
                #expect(beat.data.wholeMatch(of: /\{"timestamp": \d+\}/) != nil)
            }
        }
    }

    @Test("at the cap refuses with Retry-After, goes on with /status, and has room again after")
    func cap() async throws {
        try await RunningServer.with { configuration, _ in
            configuration.maximumStreams = 2
            configuration.heartbeatInterval = .milliseconds(50)
        } _: { server in
            let first = try server.events()
            do {
                let second = try server.events()
                let refusal = try server.request("GET", "/events")
                #expect(refusal.status == 503)
                #expect(refusal["Retry-After"] == "5")
                #expect(refusal["Content-Type"] == "application/problem+json")
                #expect(try server.request("GET", "/status").status == 200)
                #expect(try second.next("heartbeat") != nil)
            }
            // The heartbeat finds that the second client is gone.
            var reply = try server.request("GET", "/metrics")
            while !reply.text.contains("\npulse_event_streams 1\n") {
                _ = try first.next("heartbeat")
                reply = try server.request("GET", "/metrics")
            }
            #expect(try server.events().head.status == 200)
        }
    }

    @Test("ends by closing for an HTTP/1.0 client, which gets no chunks")
    func oldClient() async throws {
        try await RunningServer.serving(.running()) { server in
            let client = try server.connect()
            try client.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let head = try client.head()
            #expect(head.status == 200)
            #expect(head["Transfer-Encoding"] == nil)
            #expect(head["Content-Length"] == nil)
            #expect(head["Connection"] == "close")
            _ = try client.bytes(until: "event: status\ndata: ")
            #expect(text(try client.bytes(until: "\n")) == (try TrainingStatus.running().document))
            let next = try TrainingStatus.running(epoch: 3)
            try next.replace(server.statusFile)
            _ = try client.bytes(until: "event: status\ndata: ")
            #expect(text(try client.bytes(until: "\n")) == next.document)
            await server.beginShutdown()
            #expect(text(try client.bytesToEnd()).hasSuffix("\n\n"))
        }
    }

    @Test("carries the longest document whole")
    func longMessage() async throws {
        let status = try TrainingStatus.running(
            message: String(repeating: "é", count: 32_000))
        try await RunningServer.serving(status) { server in
            let event = try server.events().next()
            #expect(event?.data == status.document)
            let reply = try server.request("GET", "/status")
            #expect(reply.text == status.document)
        }
    }
}
