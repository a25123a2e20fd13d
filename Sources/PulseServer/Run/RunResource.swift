internal import PulseMonitor
internal import Synchronization

/// What is served of one source: its newest snapshot, its stream, its place in the list.
final class RunResource: Sendable {
    let name: SourceName
    /// What errors call the source.
    let label: String
    let store: StatusStore
    let hub: EventHub
    let version2: Version2Hub
    /// Of its events: those of another run mean nothing here.
    let ids: EventIDs
    private let newest: Mutex<RunItem>
    /// The ids of runs that turned out to be resumes, and what they are called now.
    private let joined = Mutex<[String: String]>([:])

    /// How many of these are known.
    private static let joinedLimit = 64

    init(
        _ name: SourceName, label: String, store: StatusStore, hub: EventHub,
        version2: Version2Hub, ids: EventIDs, item: RunItem
    ) {
        self.name = name
        self.label = label
        self.store = store
        self.hub = hub
        self.version2 = version2
        self.ids = ids
        newest = Mutex(item)
    }

    /// The current run in the list.
    var item: RunItem {
        get { newest.withLock { $0 } }
        set { newest.withLock { $0 = newValue } }
    }

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
