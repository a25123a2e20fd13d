internal import PulseMonitor
internal import ServiceLifecycle
internal import Synchronization

/// The only producer: hands each delivery of the sources to the follower of its runs, and judges
/// them by the time that passes.
struct StatusPoller: NamedService {
    private let source: any RunsSource
    private let origin: RunOrigin
    private let table: RunTable
    private let health: Health
    private let first: FirstFollowers

    /// - Parameters:
    ///   - first: the followers of what is in `table` already.
    ///   - health: is told of each iteration.
    init(
        source: any RunsSource, origin: RunOrigin, first: [SourceName: RunFollower],
        table: RunTable, health: Health
    ) {
        self.source = source
        self.origin = origin
        self.first = FirstFollowers(first)
        self.table = table
        self.health = health
    }

    func run() async throws {
        let inbox = DeliveryInbox()
        let ticks = TickFlag()
        // One pending wake-up is enough: an iteration takes all that was delivered.
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let tick = origin.tick
        await withDiscardingTaskGroup { group in
            group.addTask {
                await source.run { delivery in
                    inbox.put(delivery)
                    wake.yield()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    ticks.raise()
                    wake.yield()
                    try? await Task.sleep(for: tick)
                }
            }
            await withGracefulShutdownHandler {
                var followers = first.take().mapValues { Followed($0) }
                for followed in followers.values {
                    followed.follower.begin(at: origin.clock.unixTime, isFirst: true)
                }
                var waits = keep(followers)
                var skips = SkippedLog(use: "served")
                skips.take(table.skipped, to: origin.logger)
                for await _ in wakes {
                    advance(
                        &followers, &waits, &skips, with: inbox.takeAll(),
                        isTick: ticks.lower())
                    health.recordIteration()
                    for observer in origin.observers { observer.didPoll() }
                }
                for followed in followers.values {
                    followed.follower.close(at: origin.clock.unixTime)
                }
                await origin.archive?.close()
            } onGracefulShutdown: {
                wake.finish()
            }
            group.cancelAll()
        }
    }

    /// - Parameter waits: whether some follower waits for being kept.
    private func advance(
        _ followers: inout [SourceName: Followed], _ waits: inout Bool, _ skips: inout SkippedLog,
        with deliveries: [RunsDelivery], isTick: Bool
    ) {
        var touched: [Followed] = []
        // Each by itself: a state that another follows at once is published like any other.
        for delivery in deliveries {
            for source in delivery.sources {
                if let followed = take(source, &followers) {
                    touched.append(followed)
                    waits = waits || followed.follower.past != nil
                } else {
                    // Nobody may judge what is given up: that would serve it again.
                    touched.removeAll { $0.follower.resource.name == source.name }
                }
            }
            if let skipped = delivery.skipped {
                table.skipped = skipped
                skips.take(skipped, to: origin.logger)
            }
        }
        if isTick, waits { waits = keep(followers) }
        // Those that aren't heard of are judged when time has passed.
        let (now, wallClock) = (origin.clock.now, origin.clock.unixTime)
        for followed in isTick ? Array(followers.values) : touched {
            followed.follower.judge(at: now, wallClock: wallClock, in: table)
        }
    }

    /// Has kept who waits for that.
    ///
    /// - Returns: whether somebody still does.
    private func keep(_ followers: [SourceName: Followed]) -> Bool {
        guard let archive = origin.archive else { return false }
        var waits = false
        for followed in followers.values where followed.follower.past != nil {
            origin.keep(&followed.follower, in: table)
            waits = waits || followed.follower.past != nil
        }
        if !waits { archive.begun() }
        return waits
    }

    /// - Returns: who follows the source; nil where it is given up.
    private func take(
        _ source: NamedDelivery, _ followers: inout [SourceName: Followed]
    ) -> Followed? {
        guard let delivery = source.delivery else {
            if let followed = followers.removeValue(forKey: source.name) {
                table.remove(followed.follower.resource)
            }
            return nil
        }
        if let followed = followers[source.name] {
            followed.follower.take(
                delivery, at: origin.clock.now, wallClock: origin.clock.unixTime, in: table)
            return followed
        }
        let follower = origin.follower(of: source.name, label: source.label, first: delivery)
        let followed = Followed(follower)
        followers[source.name] = followed
        table.take(follower.resource, item: follower.resource.item, begins: follower.hasBegun)
        followed.follower.begin(at: origin.clock.unixTime, isFirst: false)
        return followed
    }
}

/// The followers that a server begins with, until the poll loop has them: of a thousand, a second copy
/// is megabytes.
private final class FirstFollowers: Sendable {
    private let followers: Mutex<[SourceName: RunFollower]>

    init(_ followers: [SourceName: RunFollower]) {
        self.followers = Mutex(followers)
    }

    func take() -> [SourceName: RunFollower] {
        followers.withLock { followers in
            defer { followers = [:] }
            return followers
        }
    }
}

/// A follower in its place: of a thousand, none is moved to be judged.
private final class Followed {
    var follower: RunFollower

    init(_ follower: RunFollower) {
        self.follower = follower
    }
}

/// Whether time has passed since the poll loop judged all runs.
private final class TickFlag: Sendable {
    private let isRaised = Atomic(true)

    func raise() {
        isRaised.store(true, ordering: .relaxed)
    }

    func lower() -> Bool {
        isRaised.exchange(false, ordering: .relaxed)
    }
}
