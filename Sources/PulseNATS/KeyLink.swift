#if NATS
public import NATS

/// A key in a real cluster: the connection is made when it is needed, and made anew when the
/// library has given it up.
public struct KeyLink: KeyStore {
    private let options: ConnectionOptions
    private let bucketName: String
    private let key: String
    private var connection: Connection?
    /// Connections that the library gave up, and the times it had replaced them.
    private var former = 0

    /// - Parameter name: what the servers' own monitoring calls us.
    public init(_ address: KeyAddress, access: NATSAccess, name: String) {
        var options = ConnectionOptions(servers: address.urls, name: name)
        options.isEncrypted = address.isEncrypted
        options.certificateAuthorities = access.authorities
        options.certificate = access.certificate
        options.credentials = access.credentials
        self.options = options
        bucketName = address.bucket
        key = address.key
    }

    /// Which connection there is.
    public var line: Int? {
        guard let connection, connection.state == .connected else { return nil }
        return former + connection.reconnects
    }

    /// The key's newest change.
    public mutating func entry() throws(NATSError) -> KeyEntry? {
        try bucket().entry(of: key)
    }

    /// Writes the key.
    public mutating func update(with offer: KeyOffer) throws(NATSError) -> UInt64 {
        try bucket().update(key, with: offer)
    }

    /// Sends a value to those who have subscribed.
    public mutating func offer(_ offer: KeyOffer) throws(NATSError) {
        try bucket().offer(offer, to: key)
    }

    /// Makes the bucket.
    public mutating func createBucket(replicas: Int) throws(NATSError) {
        try bucket().create(replicas: replicas)
    }

    /// When the bucket was made.
    public mutating func bucketCreated() throws(NATSError) -> Int64 {
        try bucket().created()
    }

    /// Begins to receive what is sent to the key.
    public mutating func subscribe() throws(NATSError) -> any KeyListening {
        try bucket().subscribe(to: key)
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
        if let connection { return KeyValueBucket(bucketName, on: connection) }
        let connection = try Connection(options)
        self.connection = connection
        return KeyValueBucket(bucketName, on: connection)
    }
}

extension KeySubscription: KeyListening {}
#endif
