internal import MicroHTTPD
internal import Synchronization

/// An event stream of one run, made when it is first asked for.
final class LazyHub: Sendable {
    private let hub = Mutex<EventHub?>(nil)
    private let version: Int
    private let make: @Sendable () -> EventHub

    /// - Parameters:
    ///   - version: of PULSE, 1 or 2.
    ///   - make: makes the stream.
    init(version: Int, _ make: @escaping @Sendable () -> EventHub) {
        self.version = version
        self.make = make
    }

    /// Sends the newest snapshot to every stream, where there are any.
    func publish(from store: StatusStore) {
        hub.withLock { hub in
            if let hub { publish(store.snapshot, on: hub) }
        }
    }

    /// Answers with a stream, or with 503 at the limit.
    func open(_ request: borrowing Request, origin: Int, from store: StatusStore) -> Reply {
        let open = hub.withLock { hub in
            if let hub { return hub }
            let new = make()
            // Under the lock: no older one can follow.
            publish(store.snapshot, on: new)
            hub = new
            return new
        }
        return open.open(request, origin: origin)
    }

    private func publish(_ snapshot: StatusSnapshot, on hub: EventHub) {
        if version == 1 {
            hub.publish(snapshot)
        } else {
            hub.publish(snapshot.version2, sequence: snapshot.sequence)
        }
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        hub.withLock { $0 }?.beat(timestamp: timestamp)
    }

    /// Ends every stream, and any new one, with these bytes and its final chunk.
    func finish(sending last: [UInt8] = []) {
        let former = hub.withLock { hub in
            let former = hub ?? make()
            hub = former
            return former
        }
        former.finish(sending: last)
    }
}
