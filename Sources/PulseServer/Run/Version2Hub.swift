internal import MicroHTTPD
internal import Synchronization

/// The event stream of one run as PULSE v2: made when it is first asked for.
final class Version2Hub: Sendable {
    private let hub = Mutex<EventHub?>(nil)
    private let make: @Sendable () -> EventHub

    /// - Parameter make: makes the stream.
    init(_ make: @escaping @Sendable () -> EventHub) {
        self.make = make
    }

    /// Sends the newest snapshot to every stream, where there are any.
    func publish(from store: StatusStore) {
        hub.withLock { hub in
            guard let hub else { return }
            let snapshot = store.snapshot
            hub.publish(snapshot.version2, sequence: snapshot.sequence)
        }
    }

    /// Answers with a stream, or with 503 at the limit.
    func open(_ request: borrowing Request, origin: Int, from store: StatusStore) -> Reply {
        let open = hub.withLock { hub in
            if let hub { return hub }
            let new = make()
            // Under the lock: no older one can follow.
            let snapshot = store.snapshot
            new.publish(snapshot.version2, sequence: snapshot.sequence)
            hub = new
            return new
        }
        return open.open(request, origin: origin)
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        hub.withLock { $0 }?.beat(timestamp: timestamp)
    }

    /// Ends every stream with its final chunk; a new one begins anew.
    func finish(isLast: Bool) {
        let former = hub.withLock { hub in
            if isLast, hub == nil { hub = make() }
            defer { if !isLast { hub = nil } }
            return hub
        }
        former?.finish()
    }
}
