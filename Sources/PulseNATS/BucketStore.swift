public import NATS

/// A bucket of a cluster, as sources and relays see it: their seam to the network.
///
/// Every call may block for seconds. A connection that is lost comes back by itself; until then
/// calls fail at once.
public protocol BucketStore: Sendable {
    /// Which connection there is, counted up with each new one; nil while there is none.
    var line: Int? { get }

    /// The bucket as its leader knows it.
    mutating func state() throws(NATSError) -> BucketState

    /// All keys, those with the mark of a deletion included.
    mutating func keys() throws(NATSError) -> [String]

    /// A key's newest change, from the leader; nil when it was never written.
    mutating func entry(of key: String) throws(NATSError) -> KeyEntry?

    /// The change with this revision, from the leader; nil where a newer one has replaced it.
    mutating func change(_ revision: UInt64) throws(NATSError) -> KeyChange?

    /// Writes a key if its newest revision is still the expected one (0: never written), and
    /// gives the new one.
    mutating func update(_ key: String, with offer: KeyOffer) throws(NATSError) -> UInt64

    /// Publishes a value to those who listen, and waits for nothing. It may be stored.
    mutating func offer(_ offer: KeyOffer, to key: String) throws(NATSError)

    /// Makes the bucket.
    mutating func create(replicas: Int) throws(NATSError)

    /// Begins to receive what is sent to a key, or to any where it is nil.
    mutating func subscribe(to key: String?) throws(NATSError) -> any KeyListening

    /// Ends what runs behind it, after the last call and before the process ends.
    mutating func close()
}

/// Receives what is sent to one key or to many, stored or not.
public protocol KeyListening {
    /// The next that is there, of one key the newest; nil when none comes in time.
    func next(within duration: Duration) throws(NATSError) -> ReceivedMessage?
}
