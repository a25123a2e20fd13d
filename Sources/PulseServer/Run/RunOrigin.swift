internal import Logging
internal import MicroHTTPD
internal import PulseMonitor

/// What all runs of a server have in common: makes the follower of each source.
struct RunOrigin: Sendable {
    let staleAfter: Duration
    let tick: Duration
    let pollInterval: Duration
    let policy: AccessPolicy
    let heads: StreamHeads
    let streams: StreamCount
    let clock: MonitorClock
    let logger: Logger
    let observers: [any RunObserver]
    /// Whether sources are about to be there.
    var expectsSources = false
    /// Is told of the transitions of what nobody keeps.
    var teller: (any RunObserver)?
    /// Keeps the runs beyond the life of this server.
    var archive: (any RunArchive)?
    /// Whether answers and log lines name the run: where there are several.
    let namesRuns: Bool

    /// Follows a source from its first delivery on.
    func follower(of name: SourceName, label: String, first: SourceDelivery) -> RunFollower {
        let (now, wallClock) = (clock.now, clock.unixTime)
        let keeper = archive?.keeper(of: name, label: label)
        let past =
            archive == nil || keeper != nil
            ? nil
            : UnkeptPast(
                beganAt: now, wallClock: wallClock,
                limit: namesRuns ? Self.pastOfMany : Self.pastOfOne)
        return follower(
            of: name, label: label, first: first, keeper: keeper, past: past, at: now, wallClock)
    }

    /// Has a follower kept that waits for that, where it can be by now.
    func keep(_ follower: inout RunFollower, in table: RunTable) {
        let (name, label) = (follower.resource.name, follower.resource.label)
        guard let began = follower.past?.began,
            let keeper = archive?.keeper(of: name, label: label)
        else { return }
        let known = monitor(
            of: (name, label), keeper.memory, at: began.now, wallClock: began.wallClock)
        follower.goOn(with: keeper, from: known, in: table)
    }

    /// So many updates of a source wait for the archive in memory at most: a megabyte of one source,
    /// and for each of many a sixteenth of that.
    private static let pastOfOne = 4_096
    private static let pastOfMany = 256

    private func follower(
        of name: SourceName, label: String, first: SourceDelivery, keeper: (any RunKeeper)?,
        past: UnkeptPast?, at now: Duration, _ wallClock: Int64
    ) -> RunFollower {
        let ids = EventIDs()
        let (monitor, goesOn) = monitor(
            of: (name, label), keeper?.memory, at: now, wallClock: wallClock)
        let chain = SnapshotChain(
            monitor: monitor, ids: ids, policy: policy, first: first, namesRun: namesRuns, at: now,
            wallClock: wallClock)
        var logger = logger
        if namesRuns { logger[metadataKey: "source"] = "\(name)" }
        return RunFollower(
            chain, name, label: label,
            makeHub: { [heads, streams] in EventHub(heads: heads, streams: streams, ids: ids) },
            ids: ids,
            observers: [RunLog(logger: logger, expectsSource: expectsSources)] + observers,
            teller: teller, keeper: keeper, past: past, goesOn: goesOn, wallClock: wallClock)
    }

    /// The monitor of a source, and whether it goes on where a server before this has ended.
    private func monitor(
        of source: (name: SourceName, label: String), _ memory: MonitorMemory?,
        at now: Duration, wallClock: Int64
    ) -> (RunMonitor, goesOn: Bool) {
        if let memory {
            do {
                let monitor = try RunMonitor(
                    source, staleAfter: staleAfter, tick: tick, pollInterval: pollInterval,
                    at: now, wallClock: wallClock, continuing: memory)
                return (monitor, true)
            } catch {
                logger.warning(
                    "what the archive knows of \(source.name) can't be read: it begins anew")
            }
        }
        let monitor = RunMonitor(
            source, staleAfter: staleAfter, tick: tick, pollInterval: pollInterval, at: now,
            wallClock: wallClock)
        return (monitor, false)
    }

    /// What is served while there is no run at all.
    func nobody() -> RunFollower {
        follower(
            of: SourceName(key: "none"), label: "no run",
            first: SourceDelivery([], nextWithin: pollInterval), keeper: nil, past: nil,
            at: clock.now, clock.unixTime)
    }
}
