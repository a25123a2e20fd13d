internal import PulseMonitor
internal import Pulse
internal import ServiceLifecycle

/// The only producer: turns each look at the source into a snapshot, stores it, and announces it.
struct StatusPoller: Service {
    private let source: any StatusSource
    private let store: StatusStore
    private let hub: EventHub
    private let health: Health
    private let clock: MonitorClock
    private let tick: Duration
    private let observers: [any RunObserver]
    private let first: SnapshotChain

    /// - Parameters:
    ///   - chain: has made the snapshot that `store` holds.
    ///   - health: is told of each turn.
    ///   - tick: how often liveness is judged, even when the source doesn't answer.
    ///   - observers: are told of each look and each change, after everybody else.
    init(
        source: any StatusSource, chain: SnapshotChain, store: StatusStore, hub: EventHub,
        health: Health, clock: MonitorClock, tick: Duration, observers: [any RunObserver]
    ) {
        self.source = source
        first = chain
        self.store = store
        self.hub = hub
        self.health = health
        self.clock = clock
        self.tick = tick
        self.observers = observers
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
            for observer in observers { observer.began(with: first.snapshot.view) }
            await withGracefulShutdownHandler {
                var chain = first
                for await _ in wakes {
                    advance(&chain)
                    health.turned()
                    for observer in observers { observer.looked() }
                }
            } onGracefulShutdown: {
                wake.finish()
            }
            group.cancelAll()
        }
    }

    private func advance(_ chain: inout SnapshotChain) {
        let before = chain.snapshot.view
        let report = source.report
        guard let snapshot = chain.advance(to: report, at: clock.now, wallClock: clock.unixTime)
        else { return }
        store.update(snapshot)
        hub.publish(snapshot)
        for observer in observers { observer.changed(from: before, to: snapshot.view) }
    }
}
