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
            server unhealthy. PULSE_HOST and PULSE_PORT are used as by `pulse serve`.
            """)

    @Option(help: "The address that the server listens on.")
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The server's port.")
    var port: UInt16 = 8080

    func run() throws {
        do {
            let url = try Self.url(host: host, port: port)
            let answer = try HTTPExchange(get: "livez", at: url, alarm: Alarm())
            guard answer.head.status == 200 else {
                throw LinkFault("it answers \(answer.head.status)")
            }
            CommandOutput.line("ok")
        } catch {
            CommandOutput.error("no healthy server on port \(port): \(error)")
            throw ExitCode.failure
        }
    }

    /// A server that listens on all addresses is asked on loopback.
    static func url(host: String, port: UInt16) throws -> ServerURL {
        switch host {
        case "0.0.0.0": try ServerURL("http://127.0.0.1:\(port)")
        case "::": try ServerURL("http://[::1]:\(port)")
        default: try ServerURL("http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
        }
    }
}
