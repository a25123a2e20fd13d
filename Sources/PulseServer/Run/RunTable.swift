internal import PulseMonitor
internal import MicroHTTPD
internal import Synchronization

/// All runs that are served, and the one that the routes without a name stand for.
///
/// The poll loop writes, and the daemon's thread reads.
final class RunTable: Sendable {
    private struct State {
        var resources: [SourceName: RunResource] = [:]
        /// What the routes without a name serve.
        var front: RunResource
        /// The streams of those, while they can come to mean another run.
        var frontStreams: EventStreams?
        /// Counts the changes of what a list shows.
        var version: UInt64 = 0
        /// Counts the sources that came and went.
        var sourcesVersion: UInt64 = 0
        var sorted: (version: UInt64, items: [RunItem])?
        var earlier = EarlierItems()
        var skipped = SkippedFiles()
        /// What was counted of sources that are given up: a counter never falls.
        var formerCounts = SourceCounts()
    }

    /// What a request with the id of a run finds.
    enum Finding {
        case run(FoundRun)
        case earlier(ArchivedRun, RunItem)
        /// It is called so now.
        case moved(to: String)
        case none
    }

    private let state: Mutex<State>
    let feed: RunListFeed
    /// Streams of all runs together.
    let streams: StreamCount
    let heads: StreamHeads
    /// Whether there is one source alone, whatever happens.
    let isSingle: Bool

    /// - Parameters:
    ///   - front: what is served before any run.
    ///   - isSingle: whether it is the only one there will be.
    ///   - heads: of all streams, which are counted in `streams`.
    init(front: RunResource, isSingle: Bool, heads: StreamHeads, streams: StreamCount) {
        let open = isSingle ? nil : Self.streams(of: front, heads, streams)
        state = Mutex(State(front: front, frontStreams: open))
        feed = RunListFeed(heads: heads, streams: streams)
        self.isSingle = isSingle
        self.streams = streams
        self.heads = heads
    }

    /// All sources.
    var resources: [RunResource] { state.withLock { Array($0.resources.values) } }

    /// All sources by name, and the number of this set of them: the one source also before it has
    /// a run.
    var sources: (version: UInt64, resources: [RunResource]) {
        state.withLock { state in
            if isSingle { return (0, [state.front]) }
            let sorted = state.resources.values.sorted {
                $0.name.description < $1.name.description
            }
            return (state.sourcesVersion, sorted)
        }
    }

    /// How often all sources together were polled, those that are given up among them.
    var counts: SourceCounts {
        state.withLock { state in
            if isSingle { return state.front.store.counts }
            return state.resources.values.reduce(state.formerCounts) { $0 + $1.store.counts }
        }
    }

    /// What the routes without a name serve.
    var front: RunResource { state.withLock { $0.front } }

    /// Opens a stream of the routes without a name.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func openFront(_ request: borrowing Request, version: Int, origin: Int) -> Reply {
        let (streams, store) = state.withLock { state in
            (state.frontStreams ?? state.front.streams, state.front.store)
        }
        return streams.open(request, version: version, origin: origin, from: store)
    }

    private static func streams(
        of resource: RunResource, _ heads: StreamHeads, _ streams: StreamCount
    ) -> EventStreams {
        let ids = resource.ids
        return EventStreams { EventHub(heads: heads, streams: streams, ids: ids) }
    }

    /// What a client that names a run finds.
    func find(_ reference: RunReference) -> Finding {
        let (resource, earlier) = state.withLock { state in
            (state.resources[reference.source], state.earlier)
        }
        if let run = resource.flatMap({ FoundRun($0, id: reference.id) }) { return .run(run) }
        guard let id = reference.id else { return .none }
        if let successor = resource?.successor(of: id) { return .moved(to: successor) }
        if let (run, item) = earlier.runs[id] { return .earlier(run, item) }
        return earlier.aliases[id].map { .moved(to: $0) } ?? .none
    }

    /// All runs, newest start first, and the number of this state of the list.
    var list: (version: UInt64, items: [RunItem]) {
        state.withLock { state in
            if let sorted = state.sorted, sorted.version == state.version { return sorted }
            let current = state.resources.values.map(\.item)
            let names = Set(current.map(\.id))
            let items = (current + state.earlier.items.filter { !names.contains($0.id) })
                .sorted { $0.place < $1.place }
            let sorted = (state.version, items)
            state.sorted = sorted
            return sorted
        }
    }

    /// Takes the runs that are over.
    func take(_ runs: ArchivedRuns) {
        let (new, gone) = state.withLock { state in
            state.version += 1
            let names = Set(state.resources.values.map(\.item.id))
            let change = state.earlier.take(runs)
            return (
                change.new.filter { !names.contains($0.id) },
                change.gone.filter { !names.contains($0) }
            )
        }
        for id in gone { feed.remove(id) }
        for item in new { feed.put(item) }
    }

    /// What the sources pass over.
    var skipped: SkippedFiles {
        get { state.withLock { $0.skipped } }
        set { state.withLock { $0.skipped = newValue } }
    }

    /// Takes what has become of a source: a new one, or one that has changed.
    ///
    /// - Parameter begins: whether a run has begun just now: then it is in front.
    func take(_ resource: RunResource, item: RunItem, begins: Bool) {
        let before = resource.item
        resource.item = item
        if before.id != item.id { feed.remove(before.id) }
        guard item.isRun else { return }
        let (streams, former) = state.withLock { state in
            state.version += 1
            if state.resources.updateValue(resource, forKey: resource.name) == nil {
                state.sourcesVersion += 1
            }
            var former: EventStreams?
            if begins, state.front !== resource {
                state.front = resource
                former = state.frontStreams
                state.frontStreams = former.map { _ in
                    Self.streams(of: resource, heads, self.streams)
                }
            }
            return (state.front === resource ? state.frontStreams : nil, former)
        }
        streams?.publish(from: resource.store)
        feed.put(item)
        // Who followed the one before reconnects to this one.
        former?.finish()
    }

    /// A source is given up for good.
    func remove(_ resource: RunResource) {
        state.withLock { state in
            state.version += 1
            state.sourcesVersion += 1
            if state.resources.removeValue(forKey: resource.name) != nil {
                state.formerCounts = state.formerCounts + resource.store.counts
            }
        }
        feed.remove(resource.item.id)
        for streams in resource.allStreams { streams.finish() }
    }
}

/// All event streams, for who beats and who ends them.
extension RunTable {
    /// The number of open streams.
    var openStreams: Int { streams.value }

    /// Sends a heartbeat to every stream.
    func beat(timestamp: Int64) {
        for streams in allStreams { streams.beat(timestamp: timestamp) }
        feed.beat(timestamp: timestamp)
    }

    /// Ends every stream with its final chunk, and any new one.
    func finish() {
        for streams in allStreams { streams.finish() }
        feed.finish()
    }

    private var allStreams: [EventStreams] {
        state.withLock { state in
            (Array(state.resources.values) + [state.front]).flatMap(\.allStreams)
                + [state.frontStreams].compactMap { $0 }
        }
    }
}
