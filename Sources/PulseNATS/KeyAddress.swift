/// Where the status of one run is kept in NATS: `nats://host:4222,host2:4222/bucket/key`.
///
/// Any server of the cluster will do, several make the start independent of one. `tls://` means an
/// encrypted connection, as everywhere in NATS.
public struct KeyAddress: Sendable, Hashable {
    /// Why a text is no address of a key, in one line.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// The line for a person.
        public let description: String
    }

    /// Whether the connection is to be encrypted.
    public let isEncrypted: Bool
    /// Each as `host:port`.
    public let servers: [String]
    /// The bucket's name.
    public let bucket: String
    /// The key's name; it may have slashes.
    public let key: String

    private static let defaultPort: UInt16 = 4_222

    /// - Throws: ``ParseError``.
    public init(_ text: String) throws(ParseError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ParseError(description: "it has spaces or characters beyond ASCII")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard ["nats", "tls"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://") else {
            throw ParseError(description: "it must begin with nats:// or tls://")
        }
        isEncrypted = scheme == "tls"
        let rest = text.dropFirst(scheme.count + 3)
        let hosts = rest.prefix { $0 != "/" }
        servers = try hosts.split(separator: ",", omittingEmptySubsequences: false)
            .map { host throws(ParseError) in try Self.server(host) }
        let path = rest.dropFirst(hosts.count + 1)
        let bucket = path.prefix { $0 != "/" }
        guard !bucket.isEmpty else {
            throw ParseError(description: "it names no bucket: nats://HOST/BUCKET/KEY")
        }
        let key = path.dropFirst(bucket.count + 1)
        guard !key.isEmpty else {
            throw ParseError(description: "it names no key: nats://HOST/\(bucket)/KEY")
        }
        try Self.check(bucket: bucket)
        try Self.check(key: key)
        self.bucket = String(bucket)
        self.key = String(key)
    }

    /// `host`, `host:port`, `[::1]:port`.
    private static func server(_ text: Substring) throws(ParseError) -> String {
        guard !text.contains("@") else {
            throw ParseError(
                description:
                    "a password in the arguments is seen by others: give --nats-credentials")
        }
        let isBracketed = text.first == "["
        var host = text.prefix { $0 != (isBracketed ? "]" : ":") }
        if isBracketed {
            guard text.dropFirst(host.count).first == "]" else {
                throw ParseError(description: "an IPv6 address lacks its closing bracket")
            }
            host = text.prefix(host.count + 1)
        }
        guard host.count > (isBracketed ? 2 : 0) else {
            throw ParseError(description: "a host's name is missing")
        }
        let tail = text.dropFirst(host.count)
        if tail.isEmpty { return "\(host):\(defaultPort)" }
        guard tail.first == ":", let port = UInt16(tail.dropFirst()), port > 0 else {
            throw ParseError(description: "'\(tail.dropFirst())' is no port: 1 to 65535 are")
        }
        return "\(host):\(port)"
    }
}

// The rules for names are those of NATS (ADR-8).
extension KeyAddress {
    private static func check(bucket: Substring) throws(ParseError) {
        guard let wrong = bucket.first(where: { !isLetterOrDigit($0) && !"_-".contains($0) }) else {
            return
        }
        throw ParseError(
            description: "'\(wrong)' can't stand in a bucket's name: letters, digits, - and _ can")
    }

    private static func check(key: Substring) throws(ParseError) {
        if let wrong = key.first(where: { !isLetterOrDigit($0) && !"_-/=.".contains($0) }) {
            throw ParseError(
                description: "'\(wrong)' can't stand in a key: letters, digits and -_/=. can")
        }
        guard key.first != ".", key.last != ".", !key.contains("..") else {
            throw ParseError(description: "a key has no dot at its ends, and no two in a row")
        }
        guard !key.hasPrefix("_kv") else {
            throw ParseError(description: "keys that begin with _kv belong to NATS itself")
        }
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}

extension KeyAddress: CustomStringConvertible {
    /// The address as it is written.
    public var description: String {
        "\(scheme)://\(servers.joined(separator: ","))/\(bucket)/\(key)"
    }

    /// A text that should be an address, without the user and the password that shouldn't be in it.
    public static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"),
            scheme.upperBound < at
        else { return text }
        return "\(text[..<scheme.upperBound])…\(text[at...])"
    }

    /// Each server as a URL.
    var urls: [String] { servers.map { "\(scheme)://\($0)" } }

    private var scheme: String { isEncrypted ? "tls" : "nats" }
}
