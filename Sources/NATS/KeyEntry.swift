/// One change of a key in a bucket.
public struct KeyEntry: Sendable, Equatable {
    /// What a key holds.
    public enum Content: Sendable, Equatable {
        /// A value.
        case value([UInt8])
        /// The mark of a key that was deleted.
        case deleted
    }

    /// What the key holds since.
    public let content: Content
    /// Grows with every change in the bucket, until somebody makes the bucket anew.
    public let revision: UInt64

    /// Makes a change.
    public init(_ content: Content, revision: UInt64) {
        self.content = content
        self.revision = revision
    }
}
