internal import PulseClient
internal import PulseMonitor

/// A Pulse server as the source: its event stream, opened again whenever it ends.
struct ServerWatch: WatchSource {
    let url: ServerURL
    /// The secret for a server that asks for one.
    let token: String?
    /// A PEM file of authorities beside those of the system, for HTTPS.
    let certificates: String?
    /// After this silence the connection is dead: heartbeats come every 15 s, unless the server has
    /// another interval.
    var silence = Duration.seconds(50)

    /// Bytes of `/history` at most: it is bounded, at about a tenth of this.
    private static let historyLimit = 4 << 20
    /// Bytes of an error's body that are read.
    private static let problemLimit = 16_384

    func run(onUpdate: @escaping @Sendable (WatchUpdate) -> Void) async {
        // Blocking calls (the name's address, say) have a thread of their own.
        await BlockingThread.run("pulse.watch") { cancellation in
            loop(until: cancellation, onUpdate)
        }
    }

    private func loop(until cancellation: CancellationPipe, _ onUpdate: (WatchUpdate) -> Void) {
        var parser = EventStreamParser()
        var assembler = StreamAssembler()
        var backoff = Backoff()
        var wasOpen = false
        while !cancellation.isCancelled {
            var reason = "the server has ended the stream"
            var retryAfter: Duration?
            do throws(LinkError) {
                if let curve = try curve(cancellation) { onUpdate(.curve(curve)) }
                let (exchange, answer) = try open(parser.lastEventID, cancellation)
                switch answer {
                case .stream:
                    wasOpen = true
                    backoff.reset()
                    onUpdate(.opened(serverTime: exchange.head.serverTime))
                    parser.reset()
                    try read(exchange, &parser, &assembler, onUpdate)
                case .refused(let refusal) where !wasOpen:
                    return onUpdate(.refused(refusal))
                case .refused(let refusal): reason = refusal
                case .retry(let why, let after): (reason, retryAfter) = (why, after)
                }
            } catch {
                reason = error.description
            }
            // Asked for now: the stream that has just ended may have said it.
            let pause = backoff.pause(asked: retryAfter ?? parser.retry)
            if cancellation.isCancelled { return }
            onUpdate(.lost(reason, retryAfter: pause))
            cancellation.wait(atMost: pause)
        }
    }

    /// The run's curve until now; nil when the server has none to give.
    private func curve(_ cancellation: CancellationPipe) throws(LinkError) -> [CurvePoint]? {
        let exchange = try exchange(
            "history", accept: "application/json", cancellation: cancellation)
        guard exchange.head.status == 200 else { return nil }
        return StreamAssembler.curve(of: try exchange.body(limit: Self.historyLimit))
    }

    private func open(_ lastEventID: [UInt8], _ cancellation: CancellationPipe) throws(LinkError)
        -> (
            HTTPExchange, StreamAnswer
        )
    {
        let exchange = try exchange(
            "events", accept: "text/event-stream", lastEventID: lastEventID,
            cancellation: cancellation)
        let body =
            exchange.head.status == 200 ? [] : try exchange.body(limit: Self.problemLimit)
        let answer = StreamAnswer(
            exchange.head, body: body, url: url, showsToken: token != nil)
        return (exchange, answer)
    }

    private func read(
        _ exchange: HTTPExchange, _ parser: inout EventStreamParser,
        _ assembler: inout StreamAssembler, _ onUpdate: (WatchUpdate) -> Void
    ) throws(LinkError) {
        do throws(LinkError) {
            while let piece = try exchange.next(within: silence) {
                for event in try parser.feed(piece) {
                    assembler.updates(of: event).forEach(onUpdate)
                }
            }
        } catch  where error == .noAnswer {
            throw LinkError("the stream is silent, not even heartbeats come")
        }
    }

    private func exchange(
        _ resource: String, accept: String, lastEventID: [UInt8] = [],
        cancellation: CancellationPipe
    ) throws(LinkError) -> HTTPExchange {
        var fields = [("Accept", accept), ("Cache-Control", "no-cache")]
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        let id = String(decoding: lastEventID, as: UTF8.self)
        if !id.isEmpty { fields.append(("Last-Event-ID", id)) }
        return try HTTPExchange(
            get: resource, at: url, fields: fields, trust: .certified(authorities: certificates),
            cancellation: cancellation)
    }
}
