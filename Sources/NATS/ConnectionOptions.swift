/// How a cluster is reached.
public struct ConnectionOptions: Sendable {
    /// `nats://host:port`, one or several servers of one cluster; the others are learned from them.
    public var servers: [String]
    /// What the servers' own monitoring calls this connection.
    public var name: String
    /// Whether the connection is encrypted, and the servers' certificates are verified.
    ///
    /// The scheme `tls://` means nothing to the library (3.4.1): this does.
    public var isEncrypted = false
    /// A PEM file of authorities to trust beside the system's.
    public var certificateAuthorities: String?
    /// PEM files of a certificate and its key, for servers that want to see one.
    public var certificate: (chain: String, key: String)?
    /// A file with credentials: NATS's own kind (`.creds`), or one line `user:password`.
    public var credentials: String?
    /// How long an answer may take.
    public var timeout = Duration.seconds(2)

    /// Makes options with the defaults.
    public init(servers: [String], name: String) {
        self.servers = servers
        self.name = name
    }
}
