internal import Dispatch
internal import Glibc
internal import MicroHTTPD

/// Takes a trainer's status updates over HTTP: the body of a `POST` with the right token, to
/// whatever path, on loopback.
struct UpdateEndpoint: Sendable {
    private let daemon: Daemon
    private let stopped = DispatchSemaphore(value: 0)
    private let sweep: Worker<Void>

    /// Connections at once: there is one client, and others wait their turn.
    private static let connectionLimit = 16
    /// Seconds for a head, a body, and between two requests, because the trainer waits meanwhile.
    private static let timeout = 2
    /// Bytes of a body at most: dozens of metrics need a few thousand.
    static let bodyLimit = 65_536

    /// Begins to listen on a port that the system chooses.
    ///
    /// Nil when there is none to be had, or too few descriptors: libmicrohttpd spins when it can't
    /// accept its first connection.
    ///
    /// - Parameters:
    ///   - token: what the client must show.
    ///   - onReport: called with each report before it is answered, because the trainer may end as
    ///     soon as it is; must not wait.
    init?(token: String, onReport: @escaping @Sendable (ProgressReport) -> Void) {
        guard Self.canOpen(2 * Self.connectionLimit) else { return nil }
        var configuration = DaemonConfiguration(
            host: "127.0.0.1", port: 0, connectionLimit: Self.connectionLimit)
        configuration.bodyLimit = Self.bodyLimit
        configuration.headTimeout = Self.timeout
        configuration.idleTimeout = Self.timeout
        let answers = UpdateAnswers(token: BearerToken(token))
        do {
            let daemon = try Daemon(configuration: configuration) { _ in
            } refusal: { request in
                answers.refusal(of: request)
            } handler: { request in
                if let refusal = answers.refusal(of: request) { return .response(refusal) }
                let report = KubeflowUpdate.report(of: request.body)
                if let report { onReport(report) }
                return .response(report == nil ? answers.malformed : answers.accepted)
            }
            self.daemon = daemon
            sweep = Worker("pulse.updates") { [stopped] in
                while stopped.wait(timeout: .now() + .milliseconds(500)) == .timedOut {
                    daemon.shutDownOverdueConnections()
                }
            }
        } catch {
            return nil
        }
    }

    /// The port that the system chose.
    var port: UInt16 { daemon.port }

    /// Closes every connection; no report comes after it.
    func stop() {
        stopped.signal()
        sweep.result()
        daemon.stop()
    }

    private static func canOpen(_ count: Int) -> Bool {
        let opened = (0..<count).map { _ in fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) }
        for descriptor in opened where descriptor >= 0 { close(descriptor) }
        return !opened.contains { $0 < 0 }
    }
}

/// What an update is answered with.
private struct UpdateAnswers: Sendable {
    let accepted = Response(status: 200)
    /// For a body that is no update.
    let malformed = Response(status: 400)
    /// For heads that nobody may send.
    private let malformedHeads = Dictionary(
        uniqueKeysWithValues: Set(RequestFault.allCases.map(\.status)).map {
            ($0, Response(status: $0))
        })
    private let unauthorized = Response(
        status: 401, headers: [HeaderLine("WWW-Authenticate", "Bearer")])
    private let notAllowed = Response(status: 405, headers: [HeaderLine("Allow", "POST")])
    private let token: BearerToken

    init(token: BearerToken) {
        self.token = token
    }

    /// Judges a request by its head alone; nil takes its body.
    func refusal(of request: borrowing Request) -> Response? {
        // The method says more than the body that it may not have.
        if let fault = request.fault, fault != .unexpectedBody {
            return malformedHeads[fault.status] ?? malformed
        }
        guard request.withHeader(.authorization, token.matches) ?? false else {
            return unauthorized
        }
        return request.method == .post ? nil : notAllowed
    }
}
