internal import PulseMonitor
internal import MicroHTTPD
internal import Synchronization

/// The server's own health.
///
/// A dead trainer fails neither answer.
final class Health: Sendable {
    private let isStopping = Atomic(false)
    private let lastIteration: Mutex<Duration>
    private let clock: MonitorClock
    private let fine: Representation
    private let stopping: Representation
    private let stalled: Representation

    /// How long the poll loop may take for an iteration before what it published counts as old: five times
    /// the longest tick.
    static let timeout = Duration.seconds(10)

    init(policy: AccessPolicy, clock: MonitorClock) {
        self.clock = clock
        lastIteration = Mutex(clock.timeAwake)
        fine = Representation(
            type: "text/plain; charset=utf-8", body: Array("ok\n".utf8), tag: nil, policy: policy)
        stopping = Problem.unavailable("the server is stopping", retryAfter: 2)
            .representation(policy: policy)
        stalled = Problem.unavailable(
            "the server is stalled: the state that it has may be old", retryAfter: 2
        ).representation(policy: policy)
    }

    /// An iteration of the poll loop has ended: what is served is what is known.
    func recordIteration() {
        let now = clock.timeAwake
        lastIteration.withLock { $0 = now }
    }

    /// What to answer when the poll loop is stalled; nil while it isn't.
    ///
    /// Judged at each answer, by the daemon's thread: the loop needs threads and timers of the
    /// runtime, which it may never get, or lose. The thread that answers is there.
    var stalledAnswer: Representation? {
        let last = lastIteration.withLock { $0 }
        return clock.timeAwake - last > Self.timeout ? stalled : nil
    }

    /// From here on the server isn't ready: a proxy should send nobody here any more.
    func beginStopping() {
        isStopping.store(true, ordering: .releasing)
    }

    var livez: Representation { fine }

    var readyz: Representation { isStopping.load(ordering: .acquiring) ? stopping : fine }
}
