internal import MicroHTTPD
internal import Synchronization

/// A daemon of the wrapper alone, with a handler of the test's.
final class RunningDaemon: Sendable {
    let daemon: Daemon
    let channel = StreamChannel<LatestUpdate>()
    private let log = Messages()

    var port: Int { Int(daemon.port) }

    /// Everything that the library said.
    var messages: [DaemonMessage] { log.all.withLock { $0 } }

    /// Answers `/events` with a stream of `channel`, and everything else with its own path.
    init(_ prepare: (inout DaemonConfiguration) -> Void = { _ in }) throws {
        var configuration = DaemonConfiguration(port: 0)
        prepare(&configuration)
        let (log, channel) = (log, channel)
        let table = PathTable(["/events", "/small", "/large"])
        let small = Response(status: 200, body: Array("small".utf8))
        let large = Response(status: 200, body: [UInt8](repeating: 0x2e, count: 8 << 20))
        let bad = Response(status: 400)
        let other = Response(status: 404)
        daemon = try Daemon(configuration: configuration) { message in
            log.all.withLock { $0.append(message) }
        } handler: { request in
            if request.fault != nil { return .response(bad) }
            switch request.match(in: table)?.index {
            case 0:
                return .stream(
                    StreamOpening(channel, headers: [], preamble: Array("hello\n".utf8), known: nil)
                )
            case 1: return .response(small)
            case 2: return .response(large)
            default: return .response(other)
            }
        }
    }

    private final class Messages: Sendable {
        let all = Mutex<[DaemonMessage]>([])
    }

    func connect(receiveBuffer: Int32? = nil) throws -> RawClient {
        try RawClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// Opens a stream and reads what it begins with, so that it waits afterwards.
    func events() throws -> RawClient {
        let client = try connect()
        try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try client.head()
        _ = try client.chunk()
        return client
    }
}
