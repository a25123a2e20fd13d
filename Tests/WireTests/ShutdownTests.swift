internal import Pulse
internal import PulseServer
internal import Testing

@Suite("A graceful shutdown", .ownThread, .timeLimit(.minutes(1)))
struct ShutdownTests {
    @Test("sends each of 100 streams its final chunk, and closes")
    func finalChunks() async throws {
        try await RunningServer.serving(.running()) { server in
            let streams = try (0..<100).map { _ in try server.events() }
            for stream in streams { _ = try stream.next("progress") }
            await server.beginShutdown()
            for stream in streams {
                #expect(try stream.drain().isEmpty)
                #expect(try stream.client.bytesToEnd().isEmpty)
            }
            await server.ended()
            #expect(throws: RawClient.Failure.self) { try server.connect() }
        }
    }

    @Test("sends what is on its way first, then the final chunk")
    func inABroadcast() async throws {
        try await RunningServer.serving(.running(epoch: 0)) { server in
            let streams = try (0..<50).map { _ in try server.events() }
            for stream in streams { _ = try stream.next("progress") }
            for epoch in 1...5 {
                try TrainingStatus.running(epoch: Double(epoch), of: 5).replace(server.statusFile)
            }
            await server.beginShutdown()
            for stream in streams {
                for event in try stream.drain() where event.name == "status" {
                    _ = try PulseDecoder.decode(Array(event.data.utf8))
                }
            }
        }
    }

    @Test("isn't held up by clients that don't read or never sent a request")
    func silentClients() async throws {
        try await RunningServer.serving(.running()) { server in
            let silent = try (0..<20).map { _ in try server.connect() }
            let unread = try (0..<20).map { _ in
                let client = try server.connect(receiveBuffer: 4_096)
                try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return client
            }
            // More than the kernel holds for a client: the streams are stuck in a write.
            for epoch in 1...40 {
                let message = String(repeating: "\(epoch % 10)", count: 60_000)
                let status = try TrainingStatus.running(epoch: Double(epoch), message: message)
                let stream = try server.events()
                try status.replace(server.statusFile)
                while try stream.next("status")?.data != status.document {}
            }
            await server.beginShutdown()
            await server.ended()
            for client in silent { #expect(try client.bytesToEnd().isEmpty) }
            withExtendedLifetime(unread) {}
        }
    }

    @Test("while clients go on connecting, gives a late stream the newest state and its end")
    func connectStorm() async throws {
        try await RunningServer.serving(.running()) { server in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        // Ends when the port is closed.
                        while let client = try? server.connect() {
                            guard let stream = try? EventStream(client) else { continue }
                            _ = try? stream.next("status")
                        }
                    }
                }
                for _ in 0..<20 { _ = try? server.events().next() }
                await server.beginShutdown()
                await server.ended()
            }
        }
    }

    @Test("can be begun before anyone has connected")
    func idle() async throws {
        try await RunningServer.with { server in
            await server.beginShutdown()
            await server.ended()
        }
    }

    @Test("/readyz says so while streams still drain, and /livez stays fine")
    func readiness() async throws {
        try await RunningServer.serving(.running()) { server in
            let stuck = try server.connect(receiveBuffer: 4_096)
            try stuck.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for epoch in 1...40 {
                let message = String(repeating: "\(epoch % 10)", count: 60_000)
                let status = try TrainingStatus.running(epoch: Double(epoch), message: message)
                let stream = try server.events()
                try status.replace(server.statusFile)
                while try stream.next("status")?.data != status.document {}
            }
            // Connected late: a connection has seconds for its first request.
            let probe = try server.connect()
            #expect(try probe.request("GET", "/readyz").text == "ok\n")
            await server.beginShutdown()
            var reply = try probe.request("GET", "/readyz")
            while reply.status == 200 { reply = try probe.request("GET", "/readyz") }
            #expect(reply.status == 503)
            #expect(reply["Content-Type"] == "application/problem+json")
            #expect(try probe.request("GET", "/livez").text == "ok\n")
        }
    }
}
