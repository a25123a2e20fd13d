/// Where a Pulse server is: `http://host:8080`, or `https://host/prefix/` behind a proxy.
package struct ServerURL: Sendable, Equatable, CustomStringConvertible {
    /// Why a text is no URL to watch, in one line.
    package struct ParseError: Error, CustomStringConvertible {
        package let description: String
    }

    package let isEncrypted: Bool
    /// A name or an address; IPv6 without its brackets.
    package let host: String
    package let port: UInt16
    /// Begins and ends with a slash.
    let base: String

    /// What people copy from a browser or from the documentation: the server is meant.
    private static let knownNames = [
        "index.html", "status", "progress", "history", "history.csv", "events", "metrics",
    ]

    /// Whether a text is meant as a URL rather than as a path.
    package static func looksLikeURL(_ text: String) -> Bool {
        text.utf8.prefix(while: { $0 != UInt8(ascii: "/") }).last == UInt8(ascii: ":")
            && text.contains("://")
    }

    package init(_ text: String) throws(ParseError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ParseError(description: "a URL has neither spaces nor characters beyond ASCII")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", Self.looksLikeURL(text) else {
            throw ParseError(description: "a URL to watch begins with http:// or https://")
        }
        isEncrypted = scheme == "https"
        let rest = text.dropFirst(scheme.count + 3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw ParseError(description: "a URL to watch holds no password: give --token-file")
        }
        (host, port) = try Self.split(authority, defaultPort: isEncrypted ? 443 : 80)
        let path = rest.dropFirst(authority.count)
        guard !path.drop(while: { $0 != "?" }).contains("token=") else {
            throw ParseError(
                description: "a token in the arguments is seen by others: give --token-file")
        }
        base = Self.base(of: path.prefix { $0 != "?" && $0 != "#" })
    }

    /// The absolute path of one of the server's resources.
    func path(_ name: String) -> String { base + name }

    /// The same server's list of runs has this URL: where the server is itself; nil when it isn't one
    /// of a list.
    package var listing: ServerURL? {
        guard base.hasSuffix("/\(Self.list)/") else { return nil }
        return replacing(base.dropLast(Self.list.utf8.count + 1))
    }

    /// Whether it is the URL of one of a server's runs.
    package var isOfOneRun: Bool {
        base.split(separator: "/").dropLast().last ?? "" == Self.list
    }

    /// The URL of one of the server's runs.
    ///
    /// - Parameter id: has no characters that a path can't have.
    package func run(_ id: String) -> ServerURL { replacing("\(base)\(Self.list)/\(id)/") }

    private static let list = "runs"

    private func replacing(_ base: some StringProtocol) -> ServerURL {
        ServerURL(isEncrypted: isEncrypted, host: host, port: port, base: String(base))
    }

    private init(isEncrypted: Bool, host: String, port: UInt16, base: String) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
        self.base = base
    }

    /// For the `Host` field (RFC 9110 §7.2): without the port that goes without saying.
    var authority: String {
        let address = HostPort(host: host, port: port)
        return port == (isEncrypted ? 443 : 80) ? address.bracketedHost : address.description
    }

    package var description: String {
        "\(isEncrypted ? "https" : "http")://\(authority)\(base)"
    }

    private static func split(_ authority: Substring, defaultPort: UInt16) throws(ParseError)
        -> (host: String, port: UInt16)
    {
        let host: Substring
        if authority.first == "[" {
            host = authority.dropFirst().prefix { $0 != "]" }
            guard authority.dropFirst(host.count + 1).first == "]" else {
                throw ParseError(description: "an IPv6 address lacks its closing bracket")
            }
        } else {
            host = authority.prefix { $0 != ":" }
        }
        guard !host.isEmpty else { throw ParseError(description: "the URL names no host") }
        let tail = authority.dropFirst(host.count + (authority.first == "[" ? 2 : 0))
        if tail.isEmpty || tail == ":" { return (String(host), defaultPort) }
        guard tail.first == ":", let port = UInt16(tail.dropFirst()), port > 0 else {
            throw ParseError(description: "'\(tail.drop { $0 == ":" })' is no port: 1 to 65535 are")
        }
        return (String(host), port)
    }

    private static func base(of path: Substring) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if let last = parts.last, path.last != "/", knownNames.contains(String(last)) {
            parts.removeLast()
        }
        return parts.isEmpty ? "/" : "/" + parts.joined(separator: "/") + "/"
    }
}
