internal import MicroHTTPD
internal import Testing

@Suite("Daemon", .ownThread, .timeLimit(.minutes(1)))
struct DaemonTests {
    @Test("is stopped by its release, with streams open, and gives its port back")
    func release() throws {
        var port = 0
        var clients: [RawClient] = []
        do {
            let running = try RunningDaemon()
            port = running.port
            clients = try (0..<50).map { _ in try running.events() }
        }
        for client in clients { _ = try client.bytesToEnd() }
        _ = try RunningDaemon { $0.port = UInt16(port) }
    }

    @Test("can be stopped while streams wait, again and again, and twice")
    func stop() throws {
        for _ in 0..<20 {
            let running = try RunningDaemon()
            let clients = try (0..<10).map { _ in try running.events() }
            running.daemon.stop()
            running.daemon.stop()
            for client in clients { _ = try client.bytesToEnd() }
            #expect(running.channel.openStreams == 0)
        }
    }

    @Test("ends a stream at once that is opened on a finished channel")
    func finishedChannel() throws {
        let running = try RunningDaemon()
        running.channel.publish(
            StreamUpdate(change: [], snapshot: Array("newest\n".utf8)), sequence: 1)
        running.channel.finish()
        let client = try running.connect()
        try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try client.reply().text == "hello\nnewest\n")
        #expect(try client.request("GET", "/small").text == "small")
        running.daemon.stop()
    }

    @Test("survives streams that open, wait, wake and are torn down while it is being stopped")
    func stormOfStreams() async throws {
        for _ in 0..<10 {
            let running = try RunningDaemon()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while let client = try? running.events() { client.resetWhenReleased() }
                    }
                }
                group.addTask {
                    for number in 1...200 {
                        running.channel.publish(.of("update \(number)\n"), sequence: UInt64(number))
                        running.channel.beat(Array("beat\n".utf8))
                    }
                    running.daemon.stop()
                }
            }
            #expect(running.channel.openStreams == 0)
        }
    }

    @Test("frees a stream whose client is gone, by a heartbeat or two")
    func deadClients() throws {
        let running = try RunningDaemon()
        do {
            let clients = try (0..<30).map { _ in try running.events() }
            #expect(running.channel.openStreams == 30)
            for client in clients.prefix(10) { client.resetWhenReleased() }
        }
        // Nothing tells the library of it while the connections are suspended.
        while running.channel.openStreams > 0 { running.channel.beat(Array("beat\n".utf8)) }
        // A client that was killed is no trouble of the server's.
        let troubles = running.messages.filter { !$0.isAboutClient }
        #expect(troubles == [])
        running.daemon.stop()
    }

    @Test("sends one stream's bytes to all clients, each whole, whatever they read at a time")
    func fanOut() throws {
        let running = try RunningDaemon()
        let clients = try (0..<20).map { _ in try running.events() }
        let long = String(repeating: "0123456789abcdef", count: 20_000)
        running.channel.publish(.of(long), sequence: 1)
        for client in clients {
            var received = ""
            while received.utf8.count < long.utf8.count {
                received += text(try #require(try client.chunk()))
            }
            #expect(received == long)
        }
        running.daemon.stop()
    }

    @Test("listens on an IPv6 address")
    func ipv6() throws {
        let running = try RunningDaemon { $0.host = "::1" }
        let client = try RawClient(port: running.port, host: "::1")
        #expect(try client.request("GET", "/small", host: "[::1]").text == "small")
        running.daemon.stop()
    }

    @Test("listens on both addresses of localhost, and a stream at each gets every update")
    func localhost() throws {
        let running = try RunningDaemon { $0.host = "localhost" }
        let clients = try ["127.0.0.1", "::1"].map { host in
            let client = try RawClient(port: running.port, host: host)
            #expect(try client.request("GET", "/small").text == "small")
            try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try client.head()
            #expect(text(try #require(try client.chunk())) == "hello\n")
            return client
        }
        for number in 1...100 {
            running.channel.publish(.of("\(number)\n"), sequence: UInt64(number))
            for client in clients {
                #expect(text(try #require(try client.chunk())) == "\(number)\n")
            }
        }
        running.channel.finish()
        for client in clients { #expect(try client.chunk() == nil) }
        running.daemon.stop()
    }

    @Test("streams at both addresses of localhost come and go while updates are sent to all")
    func localhostStorm() async throws {
        let running = try RunningDaemon { $0.host = "localhost" }
        let publisher = Task {
            var number: UInt64 = 0
            while !Task.isCancelled {
                number += 1
                running.channel.publish(.of("\(number)\n"), sequence: number)
                await Task.yield()
            }
        }
        await withThrowingTaskGroup { group in
            for host in ["127.0.0.1", "::1"] {
                group.addTask {
                    for _ in 1...40 {
                        let client = try RawClient(port: running.port, host: host)
                        try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        _ = try client.head()
                        for _ in 1...3 { _ = try #require(try client.chunk()) }
                    }
                }
            }
            while let result = await group.nextResult() {
                #expect(throws: Never.self) { try result.get() }
            }
        }
        running.daemon.stop()
        publisher.cancel()
        #expect(running.channel.openStreams == 0)
    }

    @Test("the limit of connections is that of both addresses of localhost together")
    func localhostLimit() throws {
        let running = try RunningDaemon {
            $0.host = "localhost"
            $0.connectionLimit = 2
        }
        let clients = try ["127.0.0.1", "::1"].map { host in
            let client = try RawClient(port: running.port, host: host)
            #expect(try client.request("GET", "/small").text == "small")
            return client
        }
        for host in ["127.0.0.1", "::1"] {
            let third = try RawClient(port: running.port, host: host)
            #expect(throws: RawClient.Failure.self) { try third.request("GET", "/small") }
        }
        for client in clients { #expect(try client.request("GET", "/small").text == "small") }
        running.daemon.stop()
    }

    @Test("says why it can't listen")
    func inUse() throws {
        let running = try RunningDaemon()
        let error = #expect(throws: MicroHTTPDError.self) {
            try RunningDaemon { $0.port = UInt16(running.port) }
        }
        #expect(error?.code == .cannotListen)
        running.daemon.stop()
    }
}

extension StreamUpdate {
    /// An update that is the same for everyone.
    fileprivate static func of(_ text: String) -> StreamUpdate {
        StreamUpdate(change: Array(text.utf8), snapshot: Array(text.utf8))
    }
}
