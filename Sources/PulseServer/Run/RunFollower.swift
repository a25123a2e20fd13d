internal import Pulse
internal import PulseMonitor

/// Follows the runs of one source: its monitor, what is served of it, and who is told.
struct RunFollower: Sendable {
    private var chain: SnapshotChain
    let resource: RunResource
    private var times: RunTimes
    private let observers: [any RunObserver]
    private var teller: (any RunObserver)?
    private var keeper: (any RunKeeper)?
    /// What was seen, as long as it has no keeper and waits for one.
    private(set) var past: UnkeptPast?
    /// Whether it goes on where a server before this one has ended.
    private let goesOn: Bool

    /// Begins with what the source delivered first.
    init(
        _ chain: SnapshotChain, _ name: SourceName, label: String,
        makeHub: @escaping @Sendable () -> EventHub, ids: EventIDs,
        observers: [any RunObserver], teller: (any RunObserver)? = nil,
        keeper: (any RunKeeper)? = nil, past: UnkeptPast? = nil, goesOn: Bool = false,
        wallClock: Int64
    ) {
        self.chain = chain
        self.past = past
        self.observers = observers
        self.teller = keeper?.tellsTransitions == true ? nil : teller
        self.keeper = keeper
        self.goesOn = goesOn
        let view = chain.snapshot.view
        times = Self.times(
            of: view, keeper?.memory, RunTimes(first: view, at: wallClock))
        resource = RunResource(
            name, label: label, store: StatusStore(chain.snapshot, chain.counts),
            makeHub: makeHub, ids: ids,
            item: RunItem(source: name, view: view, times: times, history: chain.history))
    }

    /// The run has begun by what was delivered first.
    var hasBegun: Bool { resource.item.started != nil }

    /// Tells the observers what they start with.
    ///
    /// - Parameter isFirst: whether the server starts with it. What it finds later has happened since.
    mutating func begin(at wallClock: Int64, isFirst: Bool) {
        let view = chain.snapshot.view
        for observer in observers { observer.began(with: view) }
        keeper?.begin(
            with: chain.firstEvents, of: chain.monitor, at: wallClock, isNews: goesOn || !isFirst,
            told: [])
        note(chain.firstEvents, isTold: !isFirst, at: wallClock)
        if !isFirst { teller?.observe(chain.firstEvents, view) }
        // Where a server before it has ended, what was new since is so to all.
        guard goesOn else { return }
        for observer in observers { observer.observe(chain.firstEvents, view) }
    }

    /// The server ends: what is known is to be kept.
    func close(at wallClock: Int64) {
        keeper?.close(chain.monitor, at: wallClock)
    }

    /// As they were where a server before this one has heard of the same.
    private static func times(
        of view: RunView, _ memory: MonitorMemory?, _ times: RunTimes
    ) -> RunTimes {
        if let newest = memory?.newest, let document = view.document,
            newest.document.projecting(loss: document.v1.loss) == document
        {
            return newest.times
        }
        return times
    }

    /// Goes on with a delivery.
    mutating func take(
        _ delivery: SourceDelivery, at now: Duration, wallClock: Int64, in table: RunTable
    ) {
        let before = chain.snapshot
        let step = chain.take(delivery, at: now, wallClock: wallClock)
        finish(step, after: before, wallClock: wallClock, in: table)
        resource.store.update(chain.counts)
    }

    /// Goes on with the time that has passed.
    mutating func judge(at now: Duration, wallClock: Int64, in table: RunTable) {
        let before = chain.snapshot
        finish(chain.judge(at: now), after: before, wallClock: wallClock, in: table)
    }

    private mutating func finish(
        _ step: SnapshotChain.Step, after before: StatusSnapshot, wallClock: Int64,
        in table: RunTable
    ) {
        var begins = false
        var isJoined = false
        for event in step.events {
            switch event {
            case .began: begins = true
            case .joined(let run, let earlier, _, _):
                isJoined = true
                resource.note(run, joins: earlier)
            default: break
            }
        }
        let view = chain.snapshot.view
        let isNewStatus = step.snapshot != nil && view.document != before.view.document
        times.take(step.events, to: view, isNewStatus: isNewStatus, at: wallClock)
        if step.snapshot != nil {
            publish(after: before.view, isJoined: isJoined, begins: begins, in: table)
        }
        guard !step.events.isEmpty else { return }
        keeper?.keep(step.events, of: chain.monitor, at: wallClock, told: [])
        note(step.events, isTold: true, at: wallClock)
        teller?.observe(step.events, view)
        for observer in observers { observer.observe(step.events, view) }
    }

    private func publish(
        after before: RunView, isJoined: Bool, begins: Bool, in table: RunTable
    ) {
        let view = chain.snapshot.view
        let ofRun = resource.current.streams
        let goesOn = before.run == nil || before.run == view.run
        // Before the next run can be read: none of it is sent to who follows this one.
        if !goesOn { isJoined ? ofRun.finish() : ofRun.finish(as: chain.ended(before)) }
        resource.store.update(chain.snapshot)
        resource.streams.publish(from: resource.store)
        if goesOn { ofRun.publish(from: resource.store) }
        let item = RunItem(
            source: resource.name, view: view, times: times, history: chain.history)
        table.take(resource, item: item, begins: begins)
    }
}

/// A follower that begins without a keeper, and gets one later.
extension RunFollower {
    private mutating func note(_ events: [RunEvent], isTold: Bool, at wallClock: Int64) {
        let told = isTold && teller != nil ? RunTransition.of(events) : []
        past?.note(events, told: told, of: chain.monitor, at: wallClock)
    }

    /// Has all that was seen kept, and goes on as if the keeper had been there from the beginning.
    ///
    /// - Parameter known: the monitor that the follower would have begun with, and whether that goes on
    ///   where a server before this one has ended.
    mutating func goOn(
        with keeper: any RunKeeper, from known: (monitor: RunMonitor, goesOn: Bool),
        in table: RunTable
    ) {
        guard let past else { return }
        var monitor = known.monitor
        let start = monitor.observedTime
        for (index, entry) in past.entries.enumerated() {
            let events = monitor.goOver(entry, since: start)
            if index == 0 {
                keeper.begin(
                    with: events, of: monitor, at: entry.wallClock,
                    isNews: known.goesOn || !entry.told.isEmpty, told: entry.told)
            } else if !events.isEmpty {
                keeper.keep(events, of: monitor, at: entry.wallClock, told: entry.told)
            }
        }
        monitor.follow(chain.monitor, since: start)
        self.past = nil
        self.keeper = keeper
        if keeper.tellsTransitions { teller = nil }
        // What nobody knew of before is as this server has seen it.
        if known.goesOn { serve(monitor, in: table) }
    }

    /// Serves what is known now of the run, whose id and attempt may be others.
    private mutating func serve(_ monitor: RunMonitor, in table: RunTable) {
        let before = chain.snapshot.view
        chain.goOn(with: monitor)
        let view = monitor.view
        if let former = before.run, let run = view.run, former != run {
            resource.note(former, joins: run)
        }
        times = Self.times(of: view, keeper?.memory, times)
        publish(after: before, isJoined: true, begins: false, in: table)
    }
}
