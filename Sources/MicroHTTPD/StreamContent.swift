/// What a stream has to say: one value for all of its clients, each of which stands somewhere in it.
public protocol StreamContent: Sendable {
    /// What a client has got already.
    associatedtype Position: Sendable

    /// Makes a content with nothing to say yet.
    init()

    /// Where a new client stands.
    ///
    /// - Parameter known: the sequence number that it says it has; any number may come.
    func position(known: UInt64?) -> Position

    /// The next bytes for a client, whose position moves behind them; nil when it has everything.
    mutating func next(after position: inout Position) -> [UInt8]?
}
