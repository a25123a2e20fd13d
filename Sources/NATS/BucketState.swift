/// A bucket at one time, as its leader describes it.
public struct BucketState: Sendable, Equatable {
    /// When it was made, in nanoseconds since 1970: which of several with the same name it is.
    public let created: Int64
    /// The revision of its newest change; 0 before any.
    public let revision: UInt64
    /// How many keys it has, those with the mark of a deletion included.
    public let keys: Int

    /// Makes a state.
    public init(created: Int64, revision: UInt64, keys: Int) {
        self.created = created
        self.revision = revision
        self.keys = keys
    }
}

/// A change of one of a bucket's keys.
public struct KeyChange: Sendable, Equatable {
    /// The key.
    public let key: String
    /// What it holds since.
    public let entry: KeyEntry

    /// Makes a change.
    public init(_ key: String, _ entry: KeyEntry) {
        self.key = key
        self.entry = entry
    }
}

/// What is received on a bucket's subjects.
public struct ReceivedMessage: Sendable, Equatable {
    /// The key; empty where messages were dropped, and it isn't known whose.
    public let key: String
    /// What was sent to it.
    public let message: KeyMessage

    /// Makes a message.
    public init(_ key: String, _ message: KeyMessage) {
        self.key = key
        self.message = message
    }
}
