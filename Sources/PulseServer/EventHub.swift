internal import MicroHTTPD
internal import Pulse

/// The event stream: opens streams, sends each snapshot to all of them, and the heartbeat.
struct EventHub: Sendable {
    private let channel = StreamChannel()
    private let headers: [[HeaderLine]]
    private let refusal: Representation
    /// Streams at most.
    let limit: Int
    /// Names this start of the server: a sequence number of another start means nothing here.
    let boot: String

    /// Milliseconds that clients wait before they reconnect: this much, and up to as much again by
    /// chance, so that a restart isn't met by all of them at once.
    private static let retry = 1_000

    init(
        limit: Int, policy: AccessPolicy,
        boot: String = String(UInt32.random(in: .min ... .max), radix: 16)
    ) {
        self.limit = limit
        self.boot = boot
        headers = policy.headersByOrigin.map { origin in
            [
                HeaderLine("Content-Type", "text/event-stream"),
                HeaderLine("Cache-Control", "no-cache"),
                // nginx buffers a proxied stream unless told so.
                HeaderLine("X-Accel-Buffering", "no"),
            ] + origin
        }
        refusal = Problem.unavailable("all \(limit) event streams are taken", retryAfter: 5)
            .representation(policy: policy)
    }

    /// The number of open streams.
    var openStreams: Int { channel.openStreams }

    /// The `id` of the event with a sequence number.
    func id(_ sequence: UInt64) -> String { "\(boot)-\(sequence)" }

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
        let lastID = request.withHeader(.lastEventID) { sequence(ofID: $0) }
        return .stream(
            StreamOpening(
                channel, headers: headers[origin],
                preamble: ServerSentEvent.retry(
                    milliseconds: .random(in: Self.retry...2 * Self.retry)),
                known: lastID ?? nil))
    }

    /// The sequence number in `<boot>-<sequence>` as ``id(_:)`` spells it; nil for any other text.
    private func sequence(ofID id: Span<UInt8>) -> UInt64? {
        let prefix = Array("\(boot)-".utf8)
        // 20 digits hold every sequence number; a client may send thousands of bytes.
        guard prefix.count < id.count, id.count <= prefix.count + 20,
            Bytes.equal(id.extracting(0..<prefix.count), prefix)
        else { return nil }
        var digits = ""
        for index in prefix.count..<id.count {
            digits.unicodeScalars.append(Unicode.Scalar(id[index]))
        }
        // `UInt64` also reads "+1" and "01", which no server sent.
        return UInt64(digits).flatMap { String($0) == digits ? $0 : nil }
    }
}
