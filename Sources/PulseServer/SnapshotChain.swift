internal import PulseMonitor

/// The chain of snapshots of one run: pure.
struct SnapshotChain: Sendable {
    private(set) var monitor: RunMonitor
    private let ids: EventIDs
    private let policy: AccessPolicy
    private let namesRun: Bool
    private(set) var snapshot: StatusSnapshot
    /// What the first delivery led to.
    let firstEvents: [RunEvent]

    /// Starts with the snapshot of a first delivery.
    ///
    /// - Parameter namesRun: whether answers name the run: where there are several.
    init(
        monitor: RunMonitor, ids: EventIDs, policy: AccessPolicy, first: SourceDelivery,
        namesRun: Bool = false, at now: Duration, wallClock: Int64
    ) {
        var monitor = monitor
        firstEvents =
            monitor.take(first, at: now, wallClock: wallClock) + monitor.judge(at: now)
        snapshot = StatusSnapshot(
            view: monitor.view, history: monitor.history, sequence: 1, id: ids.id(1), previous: nil,
            policy: policy, namesRun: namesRun)
        self.monitor = monitor
        self.ids = ids
        self.policy = policy
        self.namesRun = namesRun
    }

    /// The current run's curve.
    var history: RunHistory { monitor.history }

    /// How often the source was polled.
    var counts: SourceCounts { monitor.counts }

    /// The answers of a run that has been followed and is over.
    func ended(_ view: RunView) -> EarlierRun {
        EarlierRun(view.ended, policy: policy)
    }

    /// What happened, and the next snapshot; nil when nothing that is served has changed.
    typealias Step = (events: [RunEvent], snapshot: StatusSnapshot?)

    /// Goes on with a delivery.
    mutating func take(_ delivery: SourceDelivery, at now: Duration, wallClock: Int64) -> Step {
        step(monitor.take(delivery, at: now, wallClock: wallClock))
    }

    /// Goes on with the time that has passed.
    mutating func judge(at now: Duration) -> Step {
        step(monitor.judge(at: now))
    }

    /// Goes on with a monitor that knows more of what was before.
    mutating func goOn(with monitor: RunMonitor) {
        self.monitor = monitor
        advance(to: monitor.view)
    }

    private mutating func step(_ events: [RunEvent]) -> Step {
        guard !events.isEmpty else {
            // Thousands of quiet sources are not to be compared with themselves at each poll.
            assert(monitor.view == snapshot.view, "what is served changed without an event")
            return (events, nil)
        }
        let view = monitor.view
        guard view != snapshot.view else { return (events, nil) }
        advance(to: view)
        return (events, snapshot)
    }

    private mutating func advance(to view: RunView) {
        let sequence = snapshot.sequence + 1
        snapshot = StatusSnapshot(
            view: view, history: monitor.history, sequence: sequence, id: ids.id(sequence),
            previous: snapshot, policy: policy, namesRun: namesRun)
    }
}
