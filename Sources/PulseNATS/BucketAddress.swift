/// Where a bucket of NATS is: `nats://host:4222,host2:4222/bucket`.
///
/// Any server of the cluster will do, several make the start independent of one. `tls://` means an
/// encrypted connection, as everywhere in NATS.
public struct BucketAddress: Sendable, Hashable {
    /// Why a text is no address of a bucket or a key, in one line.
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

    private static let defaultPort: UInt16 = 4_222

    /// Reads the address of a bucket, and gives what follows it: the key, empty where none does.
    ///
    /// - Throws: ``ParseError``.
    static func parse(_ text: String) throws(ParseError) -> (address: BucketAddress, key: Substring)
    {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ParseError(description: "it has spaces or characters beyond ASCII")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard ["nats", "tls"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://") else {
            throw ParseError(description: "it must begin with nats:// or tls://")
        }
        let rest = text.dropFirst(scheme.count + 3)
        let hosts = rest.prefix { $0 != "/" }
        let servers = try hosts.split(separator: ",", omittingEmptySubsequences: false)
            .map { host throws(ParseError) in try server(host) }
        let path = rest.dropFirst(hosts.count + 1)
        let bucket = path.prefix { $0 != "/" }
        guard !bucket.isEmpty else {
            throw ParseError(description: "it names no bucket: nats://HOST/BUCKET/KEY")
        }
        try check(bucket)
        let address = BucketAddress(
            isEncrypted: scheme == "tls", servers: servers, bucket: String(bucket))
        return (address, path.dropFirst(bucket.count + 1))
    }

    private init(isEncrypted: Bool, servers: [String], bucket: String) {
        self.isEncrypted = isEncrypted
        self.servers = servers
        self.bucket = bucket
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

    /// By NATS's rules (ADR-8).
    private static func check(_ bucket: Substring) throws(ParseError) {
        guard
            let wrong = bucket.first(where: {
                !KeyAddress.isLetterOrDigit($0) && !"_-".contains($0)
            })
        else { return }
        throw ParseError(
            description: "'\(wrong)' can't stand in a bucket's name: letters, digits, - and _ can")
    }
}

extension BucketAddress: CustomStringConvertible {
    /// The address as it is written.
    public var description: String {
        "\(scheme)://\(servers.joined(separator: ","))/\(bucket)"
    }

    /// Each server as a URL.
    var urls: [String] { servers.map { "\(scheme)://\($0)" } }

    private var scheme: String { isEncrypted ? "tls" : "nats" }
}
