internal import NATS
internal import PulseMonitor

/// When a source in NATS is polled: one key and a whole bucket alike.
struct PollPace: Sendable {
    /// How often, when nothing is wrong.
    let interval: Duration

    /// How soon it is polled again when the cluster is away.
    private static let retry = Duration.milliseconds(250)
    /// The pauses between polls for what others than relays sent: each is twice the one before.
    private static let shortestPause = Duration.milliseconds(1)
    private static let longestPause = Duration.milliseconds(128)

    /// How long to wait after a poll that ended so.
    func wait(after error: NATSError?) -> Duration {
        let comesBack = error.map { !$0.isPermanent && $0.code != .noBucket } ?? false
        return comesBack ? min(Self.retry, interval) : interval
    }

    /// Polls again and again until something new is stored, for a moment: it is received when it is
    /// sent, and some of the servers that are to keep it have it a little later.
    ///
    /// What was refused never is, and what is late is found by the next poll that is due.
    ///
    /// - Parameter poll: polls once, and says whether that is enough.
    func expectUpdate(cancellation: CancellationPipe, poll: () -> Bool) {
        var pause = Self.shortestPause
        while !cancellation.isCancelled, pause <= Self.longestPause {
            if poll() { return }
            cancellation.wait(atMost: pause)
            pause *= 2
        }
    }
}
