internal import MicroHTTPD

/// One event stream as PULSE v1 and v2.
///
/// A source has one that goes on with each next run, and its current run one that ends with it.
struct EventStreams: Sendable {
    private let version1: LazyHub
    private let version2: LazyHub

    /// - Parameter make: makes a stream.
    init(_ make: @escaping @Sendable () -> EventHub) {
        version1 = LazyHub(version: 1, make)
        version2 = LazyHub(version: 2, make)
    }

    /// Sends the newest snapshot to every stream.
    func publish(from store: StatusStore) {
        version1.publish(from: store)
        version2.publish(from: store)
    }

    /// Answers with a stream, or with 503 at the limit.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func open(
        _ request: borrowing Request, version: Int, origin: Int, from store: StatusStore
    ) -> Reply {
        (version == 1 ? version1 : version2).open(request, origin: origin, from: store)
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        version1.beat(timestamp: timestamp)
        version2.beat(timestamp: timestamp)
    }

    /// Ends every stream, and any new one: who comes back finds out why.
    func finish() {
        version1.finish()
        version2.finish()
    }

    /// Ends every stream, and any new one, as those of the run that is over do.
    func finish(as run: EarlierRun) {
        version1.finish(sending: run.events(version: 1))
        version2.finish(sending: run.events(version: 2))
    }
}
