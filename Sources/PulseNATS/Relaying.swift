public import NATS

/// A relay, be it of one file or of many.
///
/// Every call blocks, so it belongs on a thread of its own.
public protocol Relaying: Sendable {
    /// Looks at what is there before anything new.
    ///
    /// - Returns: what is wrong when waiting can't help.
    func begin() -> NATSError?

    /// Sends until it is stopped.
    func run() -> StatusRelay.Outcome

    /// Ends ``run()`` when the last states are sent, or soon: from any thread.
    func stop()
}
