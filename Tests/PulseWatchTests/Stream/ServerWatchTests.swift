import Foundation
import MicroHTTPD
import PulseClient
import Synchronization
import Testing

@testable import PulseWatch

/// The shell that opens streams, against sockets that say little or nothing.
@Suite("ServerWatch", .timeLimit(.minutes(1)))
struct ServerWatchTests {
    /// Answers the n-th connection with the n-th text, and keeps all of them open.
    private func serve(_ answers: [String], on sockets: consuming ListenSockets) {
        guard let listener = sockets.release() else { return }
        Thread.detachNewThread {
            for answer in answers {
                var waited = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&waited, 1, 10_000) == 1 else { break }
                let connection = accept(listener, nil, nil)
                var request = [UInt8](repeating: 0, count: 4_096)
                _ = unsafe recv(connection, &request, request.count, 0)
                _ = unsafe send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// The updates of a server until one is found, or the time of the test is over.
    private func updates(
        port: UInt16, silence: Duration, until isLast: @escaping @Sendable (WatchUpdate) -> Bool
    ) async throws -> [WatchUpdate] {
        var watch = ServerWatch(
            server: ServerAccess(
                url: try ServerURL("http://127.0.0.1:\(port)"), token: nil, certificates: nil))
        watch.silence = silence
        let (stream, continuation) = AsyncStream.makeStream(of: WatchUpdate.self)
        let task = Task { [watch] in await watch.run { continuation.yield($0) } }
        defer { task.cancel() }
        var all: [WatchUpdate] = []
        for await item in stream {
            all.append(item)
            if isLast(item) { break }
        }
        return all
    }

    @Test("takes a stream without heartbeats for dead, and opens another")
    func silence() async throws {
        let socket = try ListenSockets(host: "127.0.0.1", port: 0)
        let port = socket.port
        let history = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 10\n\n"
        serve([history, stream, history, stream], on: socket)
        let opened = Mutex(0)
        // Long enough for a loaded machine to answer in: an answer that is late counts as none.
        let updates = try await updates(port: port, silence: .seconds(2)) { item in
            guard case .opened = item else { return false }
            return opened.withLock {
                $0 += 1
                return $0 == 2
            }
        }
        #expect(
            updates == [
                .opened(serverTime: nil),
                .lost(
                    "the stream is silent, not even heartbeats come", retryAfter: .seconds(1)),
                .opened(serverTime: nil),
            ])
    }

    @Test("asks for nothing more once the server has said that nothing comes")
    func over() async throws {
        let socket = try ListenSockets(host: "127.0.0.1", port: 0)
        let url = try ServerURL("http://127.0.0.1:\(socket.port)")
        let history = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        let stream =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 10\n\n"
            + "event: end\ndata: {}\n\n"
        serve([history, stream], on: socket)
        let watch = ServerWatch(server: ServerAccess(url: url, token: nil, certificates: nil))
        let all = Mutex<[WatchUpdate]>([])
        await watch.run { update in all.withLock { $0.append(update) } }
        #expect(all.withLock { $0 } == [.opened(serverTime: nil), .over])
    }

    @Test("ends when it is cancelled, even while it waits")
    func cancellation() async throws {
        let socket = try ListenSockets(host: "127.0.0.1", port: 0)
        let watch = ServerWatch(
            server: ServerAccess(
                url: try ServerURL("http://127.0.0.1:\(socket.port)"), token: nil,
                certificates: nil))
        // The connection is made by the kernel; nobody ever answers.
        let task = Task { [watch] in await watch.run { _ in } }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await task.value
        _ = socket.port
    }
}
