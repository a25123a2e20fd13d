internal import Glibc
internal import MicroHTTPD
internal import Testing

@Suite("Clients that take their time", .ownThread, .timeLimit(.minutes(1)))
struct DeadlineTests {
    @Test(
        "a client that sends its head too slowly is cut off, however steadily it sends",
        arguments: [
            // A client that says nothing; the others reset the library's own timer with each piece.
            ("", ""), ("GET /sma", "l"), ("GET /small HTTP/1.1\r\nX-Drip: ", "x"),
            ("GET /small HTTP/1.1\r\n", "A: b\r\n"), ("", "\r\n"),
        ])
    func slowHead(begin: String, piece: String) throws {
        let running = try Self.impatient()
        let client = try running.connect()
        try client.send(begin)
        var pieces = 0
        while !client.hasEnded {
            running.daemon.shutDownOverdueConnections()
            try? client.send(piece)
            pieces += 1
            usleep(50_000)
        }
        #expect(pieces > 10, "it had its second")
        running.daemon.stop()
    }

    @Test("a second request on a connection is held to the deadline as well")
    func slowSecondHead() throws {
        let running = try Self.impatient()
        let client = try running.connect()
        #expect(try client.request("GET", "/small").text == "small")
        try client.send("GET /small HTTP/1.1\r\nX-Drip: ")
        while !client.hasEnded {
            running.daemon.shutDownOverdueConnections()
            try? client.send("x")
            usleep(50_000)
        }
        running.daemon.stop()
    }

    @Test("a stream that waits isn't overdue, nor is a client between two requests for a while")
    func patience() throws {
        let running = try Self.impatient()
        let stream = try running.events()
        let client = try running.connect()
        for _ in 0..<6 {
            #expect(try client.request("GET", "/small").text == "small")
            for _ in 0..<5 {
                usleep(100_000)
                running.daemon.shutDownOverdueConnections()
            }
        }
        running.channel.beat(Array("beat\n".utf8))
        #expect(text(try #require(try stream.chunk())) == "beat\n")
        running.daemon.stop()
    }

    @Test("a client that never reads its answer is cut off, and doesn't hold up the others")
    func neverReads() throws {
        let running = try Self.impatient()
        let greedy = try running.connect(receiveBuffer: 4_096)
        try greedy.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let polite = try running.connect()
        for _ in 0..<40 {
            #expect(try polite.request("GET", "/small").text == "small")
            usleep(50_000)
        }
        // What the kernel held is all that is left.
        #expect(try greedy.bytesToEnd().count < 4 << 20)
        running.daemon.stop()
    }

    @Test("a stream's client that never reads is cut off too, and its update is let go")
    func neverReadsStream() throws {
        let running = try Self.impatient()
        let stuck = try running.connect(receiveBuffer: 4_096)
        try stuck.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let reader = try running.events()
        let long = [UInt8](repeating: 0x2e, count: 1 << 20)
        var number: UInt64 = 0
        while running.channel.openStreams == 2 {
            number += 1
            running.channel.publish(StreamUpdate(change: long, snapshot: long), sequence: number)
            var left = long.count
            while left > 0 { left -= try #require(try reader.chunk()).count }
            usleep(50_000)
        }
        withExtendedLifetime(stuck) {}
        running.daemon.stop()
    }

    @Test("a stream's client that vanished without a word is let go, though it is owed little")
    func vanished() throws {
        let running = try Self.impatient()
        let stream = try running.events()
        stream.goDeaf()
        let others = try running.events()
        // Far less than the kernel buffers: no send ever fails for want of room.
        while running.channel.openStreams == 2 {
            running.channel.beat(Array("beat\n".utf8))
            #expect(text(try #require(try others.chunk())) == "beat\n")
            usleep(50_000)
        }
        running.daemon.stop()
    }

    @Test("a client that has closed its sending half still gets its answer")
    func halfClosed() throws {
        let running = try Self.impatient()
        let client = try running.connect()
        try client.send("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.finishSending()
        #expect(try client.reply().text == "small")
        running.daemon.stop()
    }

    /// A daemon that waits for a second where others wait for many.
    private static func impatient() throws -> RunningDaemon {
        try RunningDaemon { configuration in
            configuration.headTimeout = 1
            configuration.idleTimeout = 1
        }
    }
}

extension RawClient {
    /// From here on the kernel drops all that comes for this client, unacknowledged, as if its
    /// machine had lost power (`SO_ATTACH_FILTER` with a filter that takes nothing).
    fileprivate func goDeaf() {
        // struct sock_filter { BPF_RET | BPF_K, 0, 0, 0 }, and struct sock_fprog for it.
        let instruction: [UInt16] = [0x06, 0, 0, 0]
        let result = unsafe instruction.withUnsafeBytes { code in
            let program = [1, UInt(bitPattern: code.baseAddress)]
            return unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program,
                socklen_t(MemoryLayout<UInt>.size * 2))
        }
        #expect(result == 0)
    }

    /// Whether the server has closed the connection; never waits.
    fileprivate var hasEnded: Bool {
        // POLLRDHUP of poll(2), which Swift doesn't import.
        var state = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        return unsafe poll(&state, 1, 0) > 0
    }
}
