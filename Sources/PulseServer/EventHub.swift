internal import MicroHTTPD
internal import Pulse

/// The event stream: opens streams, sends each snapshot to all of them, and the heartbeat.
struct EventHub: Sendable {
    private let channel = StreamChannel()
    private let headers: [[HeaderLine]]
    private let refusal: Representation
    /// Streams at most.
    let limit: Int
    private let ids: EventIDs

    /// Milliseconds that clients wait before they reconnect: this much, and up to as much again by
    /// chance, so that a restart isn't met by all of them at once.
    private static let retry = 1_000

    init(limit: Int, policy: AccessPolicy, ids: EventIDs = EventIDs()) {
        self.limit = limit
        self.ids = ids
        headers = policy.headersByOrigin.map { origin in
            [
                HeaderLine("Content-Type", "text/event-stream"),
                HeaderLine("Cache-Control", "no-cache"),
                // nginx buffers a proxied stream without this.
                HeaderLine("X-Accel-Buffering", "no"),
            ] + origin
        }
        refusal = Problem.unavailable("all \(limit) event streams are taken", retryAfter: 5)
            .representation(policy: policy)
    }

    /// The number of open streams.
    var openStreams: Int { channel.openStreams }

    /// Wakes every stream with a snapshot.
    func publish(_ snapshot: StatusSnapshot) {
        channel.publish(snapshot.update, sequence: snapshot.sequence)
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        var json = JSONWriter()
        json.literal("{\"timestamp\": ")
        json.integer(timestamp)
        json.literal("}")
        channel.beat(ServerSentEvent.block(event: "heartbeat", data: json.bytes))
    }

    /// Ends every stream with its final chunk.
    func finish() {
        channel.finish()
    }

    /// Answers with a stream, or with 503 at the limit.
    ///
    /// It begins with the newest state, unless `Last-Event-ID` says that it is known. A HEAD gets
    /// the headers of that, on a response of known size.
    func open(_ request: borrowing Request, origin: Int) -> Reply {
        guard channel.openStreams < limit else {
            return .response(refusal.response(to: request, origin: origin))
        }
        // On a response of unknown size the library (0.9.75) would send a final chunk after the
        // head, which the client takes for the next answer.
        if request.method == .head {
            return .response(Response(status: 200, headers: headers[origin]))
        }
        let lastID = request.withHeader(.lastEventID) { ids.sequence(of: $0) }
        return .stream(
            StreamOpening(
                channel, headers: headers[origin],
                preamble: ServerSentEvent.retry(
                    milliseconds: .random(in: Self.retry...2 * Self.retry)),
                known: lastID ?? nil))
    }
}
