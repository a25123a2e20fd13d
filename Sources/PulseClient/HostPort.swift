/// A host and a port as they are written together: `127.0.0.1:8080`, `[::1]:8080`.
package struct HostPort: Sendable, Equatable, CustomStringConvertible {
    /// A name or an address; IPv6 without its brackets.
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The host alone as a URL has it (RFC 3986 §3.2.2): an IPv6 address in brackets.
    package var bracketedHost: String {
        host.contains(":") ? "[\(host)]" : host
    }

    package var description: String { "\(bracketedHost):\(port)" }

    /// Where a client on the same machine finds a server that listens here: an address that means all
    /// of them is asked on loopback.
    package var local: HostPort {
        switch host {
        case "0.0.0.0": HostPort(host: "127.0.0.1", port: port)
        case "::": HostPort(host: "::1", port: port)
        default: self
        }
    }
}
