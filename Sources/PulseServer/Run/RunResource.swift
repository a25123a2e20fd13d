internal import PulseMonitor
internal import Synchronization

/// What is served of one source: its newest snapshot, its streams, its place in the list.
final class RunResource: Sendable {
    let name: SourceName
    /// What errors call the source.
    let label: String
    let store: StatusStore
    /// They go on with each next run.
    let streams: EventStreams
    /// Of its events: those of another run mean nothing here.
    let ids: EventIDs
    private let makeHub: @Sendable () -> EventHub
    private let newest: Mutex<CurrentRun>
    /// The ids of runs that turned out to be resumes, and what they are called now.
    private let joined = Mutex<[String: String]>([:])

    /// How many of these are known.
    private static let joinedLimit = 64

    /// - Parameter makeHub: makes a stream.
    init(
        _ name: SourceName, label: String, store: StatusStore,
        makeHub: @escaping @Sendable () -> EventHub, ids: EventIDs, item: RunItem
    ) {
        self.name = name
        self.label = label
        self.store = store
        self.makeHub = makeHub
        self.ids = ids
        streams = EventStreams(makeHub)
        newest = Mutex(CurrentRun(item: item, streams: EventStreams(makeHub)))
    }

    /// The current run.
    var current: CurrentRun { newest.withLock { $0 } }

    /// The current run in the list; that of another run begins streams of its own.
    var item: RunItem {
        get { current.item }
        set {
            newest.withLock { [makeHub] newest in
                if newest.item.id != newValue.id { newest.streams = EventStreams(makeHub) }
                newest.item = newValue
            }
        }
    }

    /// All its streams.
    var allStreams: [EventStreams] { [streams, current.streams] }

    /// Takes note that a run is another one, resumed.
    func note(_ run: RunID, joins earlier: RunID) {
        joined.withLock { joined in
            if joined.count >= Self.joinedLimit { joined.removeAll() }
            joined[run.description] = earlier.description
        }
    }

    /// What a run is called now that was taken for another.
    func successor(of id: String) -> String? {
        joined.withLock { $0[id] }
    }
}

/// The current run of a source: its place in the list, and the streams that end with it.
struct CurrentRun: Sendable {
    var item: RunItem
    var streams: EventStreams
}
