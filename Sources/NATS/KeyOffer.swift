/// A value on its way to a key: received when it is sent, be it committed then, or later, or never.
public struct KeyOffer: Sendable, Hashable {
    /// The value.
    public let value: [UInt8]
    /// The revision that it is to replace: with another one it isn't stored.
    public let expecting: UInt64
    /// Grows with each value that is written to the key, whoever writes it.
    public let order: UInt64
    /// What is said of the run that it belongs to; nil when nothing is.
    public let run: String?

    /// Makes an offer.
    public init(
        _ value: [UInt8], expecting revision: UInt64, order: UInt64, run: String? = nil
    ) {
        self.value = value
        expecting = revision
        self.order = order
        self.run = run
    }
}

/// What is received on a key's subject.
public enum KeyMessage: Sendable, Hashable {
    /// A value that a relay sent.
    case offer(KeyOffer)
    /// Anything else: a reason to poll.
    case other
}
