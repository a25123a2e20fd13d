internal import PulseMonitor
internal import MicroHTTPD
internal import Synchronization

/// The server's own health.
///
/// A dead trainer fails neither answer.
final class Health: Sendable {
    private let isStopping = Atomic(false)
    private let lastTurn: Mutex<Duration>
    private let clock: MonitorClock
    private let fine: Representation
    private let stopping: Representation
    private let frozen: Representation

    /// How long the poll loop may take to come round before what it told counts as old: five times
    /// the longest tick.
    static let patience = Duration.seconds(10)

    init(policy: AccessPolicy, clock: MonitorClock) {
        self.clock = clock
        lastTurn = Mutex(clock.now)
        fine = Representation(
            type: "text/plain; charset=utf-8", body: Array("ok\n".utf8), tag: nil, policy: policy)
        stopping = Problem.unavailable("the server is stopping", retryAfter: 2)
            .representation(policy: policy)
        frozen = Problem.unavailable(
            "the server stands still inside: the state that it has may be old", retryAfter: 2
        ).representation(policy: policy)
    }

    /// The poll loop has come round: what is served is what is known.
    func turned() {
        let now = clock.now
        lastTurn.withLock { $0 = now }
    }

    /// What to answer when the poll loop doesn't come round any more; nil while it does.
    ///
    /// Judged at each answer, by the daemon's thread: the loop needs threads and timers of the
    /// runtime, which it may never get, or lose. Who answers can't have lost his own.
    var standstill: Representation? {
        let last = lastTurn.withLock { $0 }
        return clock.now - last > Self.patience ? frozen : nil
    }

    /// From here on the server isn't ready: a proxy should send nobody here any more.
    func beginStopping() {
        isStopping.store(true, ordering: .releasing)
    }

    var livez: Representation { fine }

    var readyz: Representation { isStopping.load(ordering: .acquiring) ? stopping : fine }
}
