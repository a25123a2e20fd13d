internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// Many sources, of a directory or a bucket, each judged here by the rules that a server goes by.
struct SourcesWatch: WatchSource {
    let source: any RunsSource
    let rules: WatchSession.SourceRules

    /// Liveness is judged this often at least, however seldom the sources are polled.
    private static let longestTick = Duration.seconds(2)

    func run(onUpdate: @escaping @Sendable (RunsUpdate) -> Void) async {
        let tick = min(rules.pollInterval, Self.longestTick)
        let runs = SharedRuns(FollowedRuns(rules: rules, tick: tick))
        onUpdate(.opened(serverTime: nil))
        for update in runs.take(await BlockingThread.run("pulse.watch") { source.poll() }) {
            onUpdate(update)
        }
        onUpdate(.ready)
        await withDiscardingTaskGroup { [source, runs, onUpdate] group in
            group.addTask { await source.run { runs.take($0).forEach(onUpdate) } }
            group.addTask {
                while (try? await Task.sleep(for: tick)) != nil {
                    runs.judge().forEach(onUpdate)
                }
            }
        }
    }
}

/// The runs, for the thread that polls and the clock that judges.
private final class SharedRuns: Sendable {
    private let runs: Mutex<FollowedRuns>

    init(_ runs: FollowedRuns) {
        self.runs = Mutex(runs)
    }

    func take(_ delivery: RunsDelivery) -> [RunsUpdate] {
        runs.withLock { $0.take(delivery, at: .now) }
    }

    func judge() -> [RunsUpdate] { runs.withLock { $0.judge(at: .now) } }
}

/// The runs of the sources, each with its monitor: pure, with time passed in.
struct FollowedRuns {
    private struct Followed {
        var monitor: RunMonitor
        var times: RunTimes?
        var item: RunItem?
        var view: RunView?
    }

    private let rules: WatchSession.SourceRules
    private let tick: Duration
    private var followed: [SourceName: Followed] = [:]
    private var listingError: String?

    init(rules: WatchSession.SourceRules, tick: Duration) {
        self.rules = rules
        self.tick = tick
    }

    /// Takes what the sources found; gives the updates that it means.
    mutating func take(_ delivery: RunsDelivery, at now: Moment) -> [RunsUpdate] {
        var updates: [RunsUpdate] = []
        for source in delivery.sources {
            guard let found = source.delivery else {
                if let item = followed.removeValue(forKey: source.name)?.item {
                    updates.append(.gone(item.id))
                }
                continue
            }
            var run =
                followed[source.name]
                ?? Followed(
                    monitor: RunMonitor(
                        (source.name, source.label), staleAfter: rules.staleAfter, tick: tick,
                        pollInterval: rules.pollInterval, at: now.monotonic,
                        wallClock: now.unixTime))
            let events =
                run.monitor.take(found, at: now.monotonic, wallClock: now.unixTime)
                + run.monitor.judge(at: now.monotonic)
            updates += Self.updates(of: source.name, &run, events, at: now)
            followed[source.name] = run
        }
        if let skipped = delivery.skipped, skipped.directoryError != listingError {
            listingError = skipped.directoryError
            updates.append(.listing(listingError))
        }
        return updates
    }

    /// Judges all by the time that has passed.
    mutating func judge(at now: Moment) -> [RunsUpdate] {
        followed.keys.flatMap { name -> [RunsUpdate] in
            guard var run = followed[name] else { return [] }
            let events = run.monitor.judge(at: now.monotonic)
            defer { followed[name] = run }
            return Self.updates(of: name, &run, events, at: now)
        }
    }

    private static func updates(
        of name: SourceName, _ run: inout Followed, _ events: [RunEvent], at now: Moment
    ) -> [RunsUpdate] {
        let view = run.monitor.view
        guard view != run.view, view.status != nil else { return [] }
        var times = run.times ?? RunTimes(first: view, at: now.unixTime)
        if run.times != nil {
            let isNewStatus = view.document != run.view?.document
            times.take(events, to: view, isNewStatus: isNewStatus, at: now.unixTime)
        }
        let item = RunItem(source: name, view: view, times: times, history: run.monitor.history)
        let former = run.item?.id
        (run.view, run.times, run.item) = (view, times, item)
        let gone = former.flatMap { $0 == item.id ? nil : RunsUpdate.gone($0) }
        return [.item(item.document)] + (gone.map { [$0] } ?? [])
    }
}
