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
    /// When it was stored, in nanoseconds since 1970 on some server's clock: the same for the same
    /// change, and no order.
    public let time: Int64
    /// What its writer counted it as; nil when that wasn't Pulse.
    public let order: UInt64?
    /// What its writer says of the run that it belongs to; nil when it says nothing.
    public let run: String?

    /// Makes a change.
    public init(
        _ content: Content, revision: UInt64, time: Int64 = 0, order: UInt64? = nil,
        run: String? = nil
    ) {
        self.content = content
        self.revision = revision
        self.time = time
        self.order = order
        self.run = run
    }
}
