/// What a cluster wants to see before it lets us in.
public struct NATSAccess: Sendable {
    /// A file with credentials: NATS's own kind (`.creds`), or one line `user:password`.
    public var credentials: String?
    /// A PEM file of authorities to trust beside the system's.
    public var authorities: String?
    /// PEM files of a certificate of our own and its key.
    public var certificate: (chain: String, key: String)?

    /// Shows nothing.
    public init() {}
}
