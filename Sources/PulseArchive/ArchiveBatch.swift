internal import PulseMonitor

/// What happened to a source at one time, on its way to the archive's thread.
struct ArchiveBatch: Sendable {
    /// The source's address: an absolute path, or the address of a key.
    let source: String
    let events: [RunEvent]
    /// The run that the newest document belongs to.
    let run: RunID?
    /// The monitor's time, for the journal.
    let observed: Duration
    /// Unix seconds, by the server's clock.
    let wallClock: Int64
    /// The monitor, where it is kept in whole: the journal begins anew.
    let whole: WholeMonitor?
    /// What is to be told of it.
    let notices: [TransitionNotice]
    /// Whether this server tells of the source, with its first batch; nil afterwards.
    let tells: Bool?
    /// Whether batches before it were forgotten: the run may have begun in one of them.
    let isAfterLoss: Bool

    /// Whether a list of runs is another one afterwards.
    var changesRuns: Bool {
        isAfterLoss
            || events.contains { event in
                switch event {
                case .began, .joined, .ended: true
                default: false
                }
            }
    }
}

/// A monitor that is to be kept in whole; apart from its batch, which a queue moves around.
final class WholeMonitor: Sendable {
    let monitor: RunMonitor

    init(_ monitor: RunMonitor) {
        self.monitor = monitor
    }
}
