internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// `/runs/events`: one stream for all runs.
///
/// A client that joins gets every ITEM as `event: run`, then `event: ready`; from there each ITEM
/// that has changed, latest wins, and `event: gone` with the id of one that is no more. Who missed
/// too much gets `event: reset` and begins anew.
final class RunListFeed: Sendable {
    private struct Pace {
        var lastWake: ContinuousClock.Instant?
        var isWaiting = false
    }

    private let channel: StreamChannel<ChangeList>
    private let heads: StreamHeads
    private let ids = EventIDs()
    private let pace = Mutex(Pace())

    /// A client is woken no sooner again.
    private static let rest = Duration.milliseconds(100)

    init(heads: StreamHeads, streams: StreamCount) {
        channel = StreamChannel(countedIn: streams)
        self.heads = heads
        let ids = ids
        channel.update { list in
            list.announce(
                ready: {
                    ServerSentEvent.block(id: ids.id($0), event: "ready", data: Array("{}".utf8))
                },
                reset: ServerSentEvent.block(event: "reset", data: Array("{}".utf8)))
        }
    }

    /// A run is new, or has changed.
    func put(_ item: RunItem) {
        let ids = ids
        channel.update { list in
            list.put(item.id) {
                ServerSentEvent.block(id: ids.id($0), event: "run", data: item.document)
            }
        }
        wake()
    }

    /// A run is no more, or is called otherwise.
    func remove(_ id: String) {
        let ids = ids
        channel.update { list in
            list.remove(id) {
                var json = JSONWriter()
                json.literal("{\"id\": ")
                json.string(id)
                json.literal("}")
                return ServerSentEvent.block(id: ids.id($0), event: "gone", data: json.bytes)
            }
        }
        wake()
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        channel.beat(ServerSentEvent.heartbeat(timestamp: timestamp))
    }

    /// Ends every stream with its final chunk.
    func finish() {
        channel.finish()
    }

    /// Answers with a stream, or with 503 at the limit.
    func open(_ request: borrowing Request, origin: Int) -> Reply {
        heads.open(request, on: channel, known: ids, origin: origin)
    }

    /// Wakes the clients at once, or when their rest is over: a change among many quiet runs isn't
    /// late, and many changes don't keep a client busy.
    private func wake() {
        let now = ContinuousClock.now
        let delay: Duration? = pace.withLock { pace in
            guard !pace.isWaiting else { return nil }
            let left = pace.lastWake.map { Self.rest - (now - $0) } ?? .zero
            if left > .zero {
                pace.isWaiting = true
                return left
            }
            pace.lastWake = now
            return .zero
        }
        guard let delay else { return }
        if delay == .zero { return channel.wake() }
        Task {
            try? await Task.sleep(for: delay)
            pace.withLock { pace in
                pace.isWaiting = false
                pace.lastWake = .now
            }
            channel.wake()
        }
    }
}
