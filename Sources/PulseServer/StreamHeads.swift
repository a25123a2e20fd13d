internal import MicroHTTPD

/// How event streams begin, whatever they tell: their head, their limit, and when to reconnect.
struct StreamHeads: Sendable {
    private let headers: [[HeaderLine]]
    private let refusal: Representation
    private let limit: Int
    private let streams: StreamCount

    /// Milliseconds that clients wait before they reconnect: this much, and up to as much again by
    /// chance, so that a restart isn't met by all of them at once.
    private static let retry = 1_000

    /// - Parameters:
    ///   - limit: streams at most.
    ///   - streams: those that count.
    init(limit: Int, streams: StreamCount, policy: AccessPolicy) {
        self.limit = limit
        self.streams = streams
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

    /// A stream that is complete already.
    func whole(_ body: [UInt8], origin: Int) -> Response {
        Response(status: 200, headers: headers[origin], body: body)
    }

    /// Answers with a stream, or with 503 at the limit.
    ///
    /// It begins where `Last-Event-ID` says that the client is. A HEAD gets the headers of that.
    func open(
        _ request: borrowing Request, on channel: StreamChannel<some StreamContent>,
        known ids: EventIDs, origin: Int
    ) -> Reply {
        guard streams.value < limit else {
            return .response(refusal.response(to: request, origin: origin))
        }
        if request.method == .head { return .response(Response(headOfStream: headers[origin])) }
        // An id of another server is a number that no event here will ever have.
        let lastID = request.withHeader(.lastEventID) { ids.sequence(of: $0) ?? .max }
        return .stream(
            StreamOpening(
                channel, headers: headers[origin],
                preamble: ServerSentEvent.retry(
                    milliseconds: .random(in: Self.retry...2 * Self.retry)),
                known: lastID))
    }
}
