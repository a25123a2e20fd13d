#if NATS
public import NATS

/// A bucket in a real cluster: the connection is made when it is needed, and made anew when the
/// library has given it up.
public struct BucketLink: BucketStore {
    private let options: ConnectionOptions
    private let name: String
    private var connection: Connection?
    /// Connections that the library gave up, and the times it had replaced them.
    private var former = 0

    /// - Parameter name: what the servers' own monitoring calls us.
    public init(_ address: BucketAddress, access: NATSAccess, name: String) {
        var options = ConnectionOptions(servers: address.urls, name: name)
        options.isEncrypted = address.isEncrypted
        options.certificateAuthorities = access.authorities
        options.certificate = access.certificate
        options.credentials = access.credentials
        self.options = options
        self.name = address.bucket
    }

    /// Which connection there is.
    public var line: Int? {
        guard let connection, connection.state == .connected else { return nil }
        return former + connection.reconnects
    }

    /// The bucket as its leader knows it.
    public mutating func state() throws(NATSError) -> BucketState { try bucket().state() }

    /// All keys.
    public mutating func keys() throws(NATSError) -> [String] { try bucket().keys() }

    /// A key's newest change.
    public mutating func entry(of key: String) throws(NATSError) -> KeyEntry? {
        try bucket().entry(of: key)
    }

    /// The change with this revision.
    public mutating func change(_ revision: UInt64) throws(NATSError) -> KeyChange? {
        try bucket().change(revision)
    }

    /// Writes a key.
    public mutating func update(_ key: String, with offer: KeyOffer) throws(NATSError) -> UInt64 {
        try bucket().update(key, with: offer)
    }

    /// Sends a value to those who have subscribed.
    public mutating func offer(_ offer: KeyOffer, to key: String) throws(NATSError) {
        try bucket().offer(offer, to: key)
    }

    /// Makes the bucket.
    public mutating func create(replicas: Int) throws(NATSError) {
        try bucket().create(replicas: replicas)
    }

    /// Begins to receive what is sent.
    public mutating func subscribe(to key: String?) throws(NATSError) -> any KeyListening {
        let bucket = try bucket()
        guard let key else { return try bucket.subscribeToAll() }
        return try bucket.subscribe(to: key)
    }

    /// Ends the connection.
    public mutating func close() {
        connection?.close()
    }

    private mutating func bucket() throws(NATSError) -> KeyValueBucket {
        if let connection, connection.state == .closed {
            former += connection.reconnects + 1
            self.connection = nil
        }
        if let connection { return KeyValueBucket(name, on: connection) }
        let connection = try Connection(options)
        self.connection = connection
        return KeyValueBucket(name, on: connection)
    }
}

extension KeySubscription: KeyListening {}
#endif
