internal import Logging
internal import Pulse
internal import ServiceLifecycle

/// The only producer: turns each look at the source into a snapshot, stores it, and announces it.
struct StatusPoller: Service {
    private let source: any StatusSource
    private let store: StatusStore
    private let hub: EventHub
    private let clock: ServerClock
    private let tick: Duration
    private let logger: Logger
    private let first: SnapshotChain

    /// - Parameters:
    ///   - chain: has made the snapshot that `store` holds.
    ///   - tick: how often liveness is judged, even when the source doesn't answer.
    init(
        source: any StatusSource, chain: SnapshotChain, store: StatusStore, hub: EventHub,
        clock: ServerClock,
        tick: Duration, logger: Logger
    ) {
        self.source = source
        first = chain
        self.store = store
        self.hub = hub
        self.clock = clock
        self.tick = tick
        self.logger = logger
    }

    func run() async throws {
        // One pending wake-up is enough: reports are cumulative.
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask { await source.run { wake.yield() } }
            group.addTask {
                while !Task.isCancelled {
                    wake.yield()
                    try? await Task.sleep(for: tick)
                }
            }
            var chain = first
            for await _ in wakes.cancelOnGracefulShutdown() {
                advance(&chain)
            }
            group.cancelAll()
        }
    }

    private func advance(_ chain: inout SnapshotChain) {
        let before = chain.snapshot.view
        guard
            let snapshot = chain.advance(
                to: source.report, at: clock.now, wallClock: clock.unixTime)
        else { return }
        store.update(snapshot)
        hub.publish(snapshot)
        logChange(from: before, to: snapshot.view)
    }

    /// One line for each change of state, none for each update.
    ///
    /// A trainer that diverges writes NaN again and again, each time at another byte: one reason.
    private func logChange(from before: RunView, to view: RunView) {
        let (old, new) = (before.sourceError, view.sourceError)
        if let new, new.reason != old?.reason || new.field != old?.field {
            logger.warning("source is \(view.source.rawValue): \(new)")
        } else if new == nil, old != nil {
            logger.info("source is ok")
        }
        if view.liveness != before.liveness || view.status?.status != before.status?.status {
            logger.info(
                "run is \(view.status?.status.rawValue ?? "unknown"), \(view.liveness.rawValue)")
        }
    }
}

/// The chain of snapshots of one run: pure.
struct SnapshotChain: Sendable {
    private var monitor: RunMonitor
    private let boot: String
    private let policy: AccessPolicy
    private(set) var snapshot: StatusSnapshot

    /// Starts with the snapshot of a first report.
    init(
        monitor: RunMonitor, boot: String, policy: AccessPolicy, report: SourceReport,
        at now: Duration,
        wallClock: Int64
    ) {
        var monitor = monitor
        let view = monitor.view(of: report, at: now, wallClock: wallClock)
        snapshot = StatusSnapshot(
            view: view, history: monitor.history, sequence: 1, id: "\(boot)-1", previous: nil,
            policy: policy)
        self.monitor = monitor
        self.boot = boot
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
            view: view, history: monitor.history, sequence: sequence, id: "\(boot)-\(sequence)",
            previous: snapshot.view, policy: policy)
        return snapshot
    }
}
