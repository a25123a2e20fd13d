import PulseMonitor
import ArgumentParser
import PulseClient
import PulseServer

/// `pulse healthcheck`: asks a server on this machine whether it lives; for containers without
/// curl.
struct Healthcheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the server on this machine whether it lives (exit code 0 or 1).",
        discussion: """
            For a container's HEALTHCHECK. It asks /livez, which needs no token. A trainer that is dead makes no \
            server unhealthy. PULSE_HOST, PULSE_PORT, PULSE_BASE_PATH and PULSE_TLS_CERTIFICATE are used as by \
            `pulse serve`, so that a server that has its settings from the environment is found.

            By HTTPS the certificate isn't verified: it seldom names this machine's address, and one that has \
            expired is not renewed by restarting the server. Nothing secret is sent.
            """)

    @Option(help: "The address that the server listens on.")
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The server's port.", parse: NumberArgument.port)
    var port: UInt16 = 8080

    @Option(
        help: ArgumentHelp("The path below which the server has all.", valueName: "path"),
        parse: BasePath.init(argument:))
    var basePath = BasePath.root

    @Option(
        help: "Ask by HTTPS, as a server with this certificate serves. The file isn't read.",
        completion: .file())
    var tlsCertificate: String?

    func validate() throws {
        if let objection = HostName.objection(toListeningOn: host) {
            throw ValidationError(objection)
        }
    }

    func run() throws {
        do {
            let url = try Self.url(
                host: host, port: port, basePath: basePath, isEncrypted: tlsCertificate != nil)
            let answer = try HTTPExchange(
                get: "livez", at: url, trust: .anyone, cancellation: CancellationPipe())
            guard answer.head.status == 200 else {
                // Elsewhere than below its base path a server knows nothing, or asks for its token.
                let isElsewhere = [401, 404].contains(answer.head.status)
                throw LinkError(
                    "it answers \(answer.head.status)\(isElsewhere ? ": has it another --base-path?" : "")"
                )
            }
            // What ends before its end is no answer.
            _ = try answer.body(limit: 65_536)
            CommandOutput.line("ok")
        } catch {
            CommandOutput.error("no healthy server on port \(port): \(error)")
            throw ExitCode.failure
        }
    }

    static func url(
        host: String, port: UInt16, basePath: BasePath = .root, isEncrypted: Bool
    ) throws -> ServerURL {
        let address = HostPort(host: host, port: port).local
        return try ServerURL("\(isEncrypted ? "https" : "http")://\(address)\(basePath)")
    }
}
