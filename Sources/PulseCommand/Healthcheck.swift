import ArgumentParser
import Glibc

/// `pulse healthcheck`: asks a server on this machine whether it lives; for containers without
/// curl.
struct Healthcheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the server on this machine whether it lives (exit code 0 or 1).")

    @Option(name: .shortAndLong, help: "The server's port. (default: PULSE_PORT, or 8080)")
    var port: UInt16?

    func run() throws {
        let port =
            port ?? EnvironmentArguments.variable("PULSE_PORT").flatMap { UInt16($0) } ?? 8080
        let answer = Self.ask("/livez", port: port)
        guard answer.hasPrefix("HTTP/1.1 200 ") else {
            CommandOutput.error("no healthy server on port \(port)")
            throw ExitCode.failure
        }
        CommandOutput.line("ok")
    }

    /// The first bytes of the answer, empty when there is none within three seconds.
    private static func ask(_ path: String, port: UInt16) -> String {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { return "" }
        defer { close(connection) }
        var patience = timeval(tv_sec: 3, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(
                connection, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let request = Array(
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard connected == 0,
            unsafe send(connection, request, request.count, Int32(MSG_NOSIGNAL)) > 0
        else { return "" }
        var answer = [UInt8](repeating: 0, count: 64)
        let count = unsafe recv(connection, &answer, answer.count, 0)
        return String(decoding: answer.prefix(max(count, 0)), as: UTF8.self)
    }
}
