import PulseMonitor
internal import Dispatch
internal import Logging
internal import Pulse
internal import Synchronization
internal import Testing
internal import TestSupport

@testable internal import PulseServer

@Suite("A server that is stalled", .ownThread, .timeLimit(.minutes(1)))
struct StalledTests {
    private let time = SettableTime()
    private static let current = [
        "/status", "/progress", "/history", "/events", "/metrics", "/livez", "/readyz",
    ]

    /// The head of an answer alone: the body of a stream has no end.
    private func head(of path: String, on port: Int) throws -> HTTPReply {
        let client = try RawClient(port: port)
        try client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try client.head()
    }

    @Test("answers 503 when its poll loop never began, instead of the first state for ever")
    func neverBegan() throws {
        let directory = try TemporaryDirectory()
        try directory.write(try TrainingStatus.running().document, to: "status.json")
        var configuration = StatusServerConfiguration(
            statusFile: directory.file("status.json"), limit: .raise())
        configuration.port = 0
        let log = LogLines()
        let server = try StatusServer(
            configuration: configuration, clock: time.clock,
            logger: Logger(label: "pulse") { _ in log.handler })
        try withExtendedLifetime(server) {
            time.advance(by: Health.timeout)
            #expect(try head(of: "/status", on: server.port).status == 200)
            time.advance(by: .seconds(1))
            for path in Self.current {
                let head = try head(of: path, on: server.port)
                #expect(head.status == 503, "\(path)")
                #expect(head["Retry-After"] == "2", "\(path)")
                #expect(head["Content-Type"] == "application/problem+json", "\(path)")
            }
            let reply = try RawClient(port: server.port).request("GET", "/livez")
            #expect(reply.text.contains("the server is stalled"))
        }
    }

    @Test("sends no heartbeat to its streams, and is well again when the loop comes round")
    func recovers() async throws {
        let brake = Brake()
        try await RunningServer.with(clock: time.clock) { configuration, directory in
            try directory.write(try TrainingStatus.running().document, to: "status.json")
            try directory.makeDirectory("public")
            try directory.write("<!doctype html>", to: "public/index.html")
            configuration.publicDirectory = directory.file("public")
            configuration.pollInterval = .milliseconds(5)
            configuration.heartbeatInterval = .milliseconds(5)
            configuration.observers = [brake]
        } _: { server in
            let stream = try server.events()
            #expect(try stream.next("heartbeat") != nil)
            brake.pull()
            time.advance(by: Health.timeout + .seconds(1))
            for path in Self.current {
                #expect(try head(of: path, on: server.port).status == 503, "\(path)")
            }
            #expect(try server.request("GET", "/").status == 200)
            // Time for many heartbeats, which would carry it.
            time.set(unixTime: 2_000)
            try await Task.sleep(for: .milliseconds(200))
            time.set(unixTime: 3_000)
            brake.release()
            var untrue = 0
            while let heartbeat = try stream.next("heartbeat"), !heartbeat.data.contains("3000") {
                if heartbeat.data.contains("2000") { untrue += 1 }
            }
            // One may have been on its way.
            #expect(untrue <= 1)
            #expect(try server.request("GET", "/status").status == 200)
            #expect(try server.request("GET", "/livez").text == "ok\n")
        }
    }
}

/// An observer that holds up the poll loop.
private final class Brake: RunObserver {
    private let isPulled = Mutex(false)
    private let stopped = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    /// Returns when the loop stands.
    func pull() {
        isPulled.withLock { $0 = true }
        stopped.wait()
    }

    func release() {
        released.signal()
    }

    func didPoll() {
        let stops = isPulled.withLock { isPulled in
            defer { isPulled = false }
            return isPulled
        }
        guard stops else { return }
        stopped.signal()
        released.wait()
    }

    func observe(_ events: [RunEvent], _ view: RunView) {}
}

/// A clock that tests set.
private final class SettableTime: Sendable {
    private let state = Mutex((now: Duration.zero, unixTime: Int64(1_000)))

    var clock: MonitorClock {
        MonitorClock(
            now: { self.state.withLock { $0.now } },
            unixTime: { self.state.withLock { $0.unixTime } })
    }

    func advance(by duration: Duration) {
        state.withLock { $0.now += duration }
    }

    func set(unixTime: Int64) {
        state.withLock { $0.unixTime = unixTime }
    }
}
