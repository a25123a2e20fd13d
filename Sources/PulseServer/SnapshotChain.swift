internal import PulseMonitor

/// The chain of snapshots of one run: pure.
struct SnapshotChain: Sendable {
    private var monitor: RunMonitor
    private let ids: EventIDs
    private let policy: AccessPolicy
    private(set) var snapshot: StatusSnapshot

    /// Starts with the snapshot of a first report.
    init(
        monitor: RunMonitor, ids: EventIDs, policy: AccessPolicy, report: SourceReport,
        at now: Duration, wallClock: Int64
    ) {
        var monitor = monitor
        let view = monitor.view(of: report, at: now, wallClock: wallClock)
        snapshot = StatusSnapshot(
            view: view, history: monitor.history, sequence: 1, id: ids.id(1), previous: nil,
            policy: policy)
        self.monitor = monitor
        self.ids = ids
        self.policy = policy
    }

    /// The next snapshot; nil when a report and the time passed change nothing that is served.
    mutating func advance(to report: SourceReport, at now: Duration, wallClock: Int64)
        -> StatusSnapshot?
    {
        let view = monitor.view(of: report, at: now, wallClock: wallClock)
        guard view != snapshot.view else { return nil }
        let sequence = snapshot.sequence + 1
        snapshot = StatusSnapshot(
            view: view, history: monitor.history, sequence: sequence, id: ids.id(sequence),
            previous: snapshot.view, policy: policy)
        return snapshot
    }
}
