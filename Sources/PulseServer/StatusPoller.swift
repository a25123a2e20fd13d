internal import Pulse
internal import PulseMonitor
internal import ServiceLifecycle

/// The only producer: turns each delivery of the source into a snapshot, stores it, and announces
/// it.
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
    ///   - health: is told of each iteration.
    ///   - tick: how often liveness is judged, even when the source doesn't answer.
    ///   - observers: are told of each iteration and each event, after everybody else.
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
        let inbox = DeliveryInbox()
        // One pending wake-up is enough: an iteration takes all that was delivered.
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask {
                await source.run { delivery in
                    inbox.put(delivery)
                    wake.yield()
                }
            }
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
                    advance(&chain, with: inbox.takeAll())
                    store.update(chain.counts)
                    health.recordIteration()
                    for observer in observers { observer.didPoll() }
                }
            } onGracefulShutdown: {
                wake.finish()
            }
            group.cancelAll()
        }
    }

    private func advance(_ chain: inout SnapshotChain, with deliveries: [SourceDelivery]) {
        // Each by itself: a state that another follows at once is published like any other.
        for delivery in deliveries {
            publish(chain.take(delivery, at: clock.now, wallClock: clock.unixTime), of: chain)
        }
        publish(chain.judge(at: clock.now), of: chain)
    }

    private func publish(_ step: SnapshotChain.Step, of chain: SnapshotChain) {
        if let snapshot = step.snapshot {
            store.update(snapshot)
            hub.publish(snapshot)
        }
        guard !step.events.isEmpty else { return }
        for observer in observers { observer.observe(step.events, chain.snapshot.view) }
    }
}
