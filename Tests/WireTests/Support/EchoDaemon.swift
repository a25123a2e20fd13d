internal import MicroHTTPD
internal import Synchronization

/// A daemon of the wrapper alone that takes bodies: `POST /echo` is answered with its own.
final class EchoDaemon: Sendable {
    let daemon: Daemon
    private let calls: Calls

    /// Bodies that have reached the handler whole.
    var bodies: [[UInt8]] { calls.bodies.withLock { $0 } }

    private final class Calls: Sendable {
        let bodies = Mutex<[[UInt8]]>([])
    }

    init(_ prepare: (inout DaemonConfiguration) -> Void = { _ in }) throws {
        var configuration = DaemonConfiguration(port: 0)
        configuration.bodyLimit = 100_000
        prepare(&configuration)
        let calls = Calls()
        self.calls = calls
        let table = PathTable(["/echo"])
        let (missing, hello) = (
            Response(status: 404), Response(status: 200, body: Array("hello".utf8))
        )
        daemon = try Daemon(configuration: configuration) { _ in
        } refusal: { request in
            request.match(in: table) == nil ? missing : nil
        } handler: { request in
            if let fault = request.fault { return .response(Response(status: fault.status)) }
            guard request.method == .post else { return .response(hello) }
            let body = request.body
            calls.bodies.withLock { $0.append(body) }
            return .response(Response(status: 200, body: body))
        }
    }

    func connect() throws -> RawClient {
        try RawClient(port: Int(daemon.port))
    }
}

extension RawClient {
    /// Sends the head of a `POST`.
    func post(_ target: String = "/echo", fields: [String]) throws {
        let lines = ["POST \(target) HTTP/1.1", "Host: localhost"] + fields
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    /// Sends a `POST` with its body.
    func post(_ target: String = "/echo", body: [UInt8]) throws {
        try post(target, fields: ["Content-Length: \(body.count)"])
        try send(body)
    }
}
