public import NATS

/// One key of a cluster, as source and relay see it: their seam to the network.
///
/// Every call may block for seconds. A connection that is lost comes back by itself; until then
/// calls fail at once.
public protocol KeyStore: Sendable {
    /// Which connection there is, counted up with each new one; nil while there is none.
    var line: Int? { get }

    /// The key's newest change, from the leader; nil when it was never written.
    mutating func entry() throws(NATSError) -> KeyEntry?

    /// Writes the key if its newest revision is still the expected one (0: never written), and
    /// gives the new one.
    mutating func update(with offer: KeyOffer) throws(NATSError) -> UInt64

    /// Publishes a value to those who listen, and waits for nothing. It may be stored.
    mutating func offer(_ offer: KeyOffer) throws(NATSError)

    /// Makes the bucket.
    mutating func createBucket(replicas: Int) throws(NATSError)

    /// When the bucket was made: another time means another bucket, whose revisions begin anew.
    mutating func bucketCreated() throws(NATSError) -> Int64

    /// Begins to receive what is sent to the key.
    mutating func subscribe() throws(NATSError) -> any KeyListening

    /// Ends what runs behind it, after the last call and before the process ends.
    mutating func close()
}

/// Receives what is sent to a key, stored or not.
public protocol KeyListening {
    /// The newest that is there; nil when none comes in time.
    func next(within duration: Duration) throws(NATSError) -> KeyMessage?
}
