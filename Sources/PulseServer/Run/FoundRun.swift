internal import MicroHTTPD
internal import PulseMonitor

/// A current run as a request found it: all of one run, though the next may begin meanwhile.
struct FoundRun {
    let snapshot: StatusSnapshot
    let item: RunItem
    private let streams: EventStreams
    private let store: StatusStore

    /// nil when the run with this id isn't the current one of the source.
    ///
    /// - Parameter id: of the run; nil for whatever run the source has, and each next one.
    init?(_ source: RunResource, id: String?) {
        let current = source.current
        snapshot = source.store.snapshot
        item = current.item
        streams = id == nil ? source.streams : current.streams
        store = source.store
        guard let id else { return }
        guard item.id == id, snapshot.view.run?.description == id else { return nil }
    }

    /// Answers with its events.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func events(_ request: borrowing Request, version: Int, origin: Int) -> Reply {
        streams.open(request, version: version, origin: origin, from: store)
    }
}
