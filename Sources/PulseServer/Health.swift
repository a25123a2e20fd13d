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
            type: "text/plain; charset=utf-8", body: Array("ok\n".utf8), tag: nil,
            headers: [Self.name], policy: policy)
        stopping = Self.trouble("the server is stopping", policy)
        stalled = Self.trouble("the server is stalled: the state that it has may be old", policy)
    }

    private static func trouble(_ detail: String, _ policy: AccessPolicy) -> Representation {
        var problem = Problem.unavailable(detail, retryAfter: 2)
        problem.headers.append(name)
        return problem.representation(policy: policy)
    }

    /// Who answers, healthy or not: any server may say 200 (RFC 9110 §10.2.4).
    private static let name = HeaderLine("Server", "Pulse")

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
