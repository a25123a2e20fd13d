internal import Pulse
internal import PulseMonitor

/// Follows the runs of one source: its monitor, what is served of it, and who is told.
struct RunFollower: Sendable {
    private var chain: SnapshotChain
    let resource: RunResource
    private var times: RunTimes
    private let observers: [any RunObserver]
    private let teller: (any RunObserver)?
    private let keeper: (any RunKeeper)?
    /// Whether it goes on where a server before this one has ended.
    private let goesOn: Bool

    /// Begins with what the source delivered first.
    init(
        _ chain: SnapshotChain, _ name: SourceName, label: String,
        makeHub: @escaping @Sendable () -> EventHub, ids: EventIDs,
        observers: [any RunObserver], teller: (any RunObserver)? = nil,
        keeper: (any RunKeeper)? = nil, goesOn: Bool = false, wallClock: Int64
    ) {
        self.chain = chain
        self.observers = observers
        self.teller = keeper?.tellsTransitions == true ? nil : teller
        self.keeper = keeper
        self.goesOn = goesOn
        let view = chain.snapshot.view
        times = Self.times(of: view, keeper?.memory, wallClock)
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
    func begin(at wallClock: Int64, isFirst: Bool) {
        let view = chain.snapshot.view
        for observer in observers { observer.began(with: view) }
        keeper?.begin(
            with: chain.firstEvents, of: chain.monitor, at: wallClock, isNews: goesOn || !isFirst)
        if !isFirst { teller?.observe(chain.firstEvents, view) }
        // Where a server before it has ended, what was new since is so to all.
        guard goesOn else { return }
        for observer in observers { observer.observe(chain.firstEvents, view) }
    }

    /// The server ends: what is known is to be kept.
    func close(at wallClock: Int64) {
        keeper?.close(chain.monitor, at: wallClock)
    }

    /// As they were where a server before this one has heard of the same, else as the document says.
    private static func times(
        of view: RunView, _ memory: MonitorMemory?, _ wallClock: Int64
    ) -> RunTimes {
        if let newest = memory?.newest, let document = view.document,
            newest.document.projecting(loss: document.v1.loss) == document
        {
            return newest.times
        }
        return RunTimes(first: view, at: wallClock)
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
        if let snapshot = step.snapshot {
            let ofRun = resource.current.streams
            let goesOn = before.view.run == nil || before.view.run == view.run
            // Before the next run can be read: none of it is sent to who follows this one.
            if !goesOn { isJoined ? ofRun.finish() : ofRun.finish(as: chain.ended(before.view)) }
            resource.store.update(snapshot)
            resource.streams.publish(from: resource.store)
            if goesOn { ofRun.publish(from: resource.store) }
            let item = RunItem(
                source: resource.name, view: view, times: times, history: chain.history)
            table.take(resource, item: item, begins: begins)
        }
        guard !step.events.isEmpty else { return }
        keeper?.keep(step.events, of: chain.monitor, at: wallClock)
        teller?.observe(step.events, view)
        for observer in observers { observer.observe(step.events, view) }
    }
}
