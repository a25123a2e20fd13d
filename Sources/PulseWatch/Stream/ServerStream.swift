internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// An event stream of a server, opened again whenever it ends.
struct ServerStream {
    /// What happens to it.
    enum Signal {
        /// The server's unix time, where it tells that.
        case opened(serverTime: Int64?)
        case event(EventStreamParser.Event)
        /// Nothing more comes, by the server's own word: the end.
        case over
        /// Why, and when it is tried again.
        case lost(String, retryAfter: Duration)
        /// There is nothing to watch there, and why: the end.
        case refused(String)
    }

    let server: ServerAccess
    /// Its name below the server's path.
    let resource: String
    /// What is asked for where that isn't given: by an older server, or a proxy that doesn't know it.
    var fallback: String? = nil
    /// Whether it goes on behind the last event when it is opened again.
    let isResumed: Bool
    /// After this silence the connection is dead: heartbeats come every 15 s, unless the server has
    /// another interval.
    var silence = Duration.seconds(50)

    /// Bytes of an error's body that are read.
    private static let problemLimit = 16_384

    /// Blocks until it is cancelled, refused or over, or until there is nothing to prepare for.
    ///
    /// - Parameter prepare: what comes before each try; false ends it.
    func read(
        until cancellation: CancellationPipe, prepare: () throws(LinkError) -> Bool,
        onSignal: (Signal) -> Void
    ) {
        var parser = EventStreamParser()
        var backoff = Backoff()
        var wasOpen = false
        while !cancellation.isCancelled {
            var reason = "the server has ended the stream"
            var retryAfter: Duration?
            do throws(LinkError) {
                guard try prepare() else { return }
                let (exchange, answer) = try open(
                    isResumed ? parser.lastEventID : [], cancellation)
                switch answer {
                case .stream:
                    wasOpen = true
                    backoff.reset()
                    onSignal(.opened(serverTime: exchange.head.serverTime))
                    parser.reset()
                    if try read(exchange, &parser, onSignal) { return onSignal(.over) }
                case .refused(let refusal) where !wasOpen:
                    return onSignal(.refused(refusal))
                case .refused(let refusal): reason = refusal
                case .retry(let why, let after): (reason, retryAfter) = (why, after)
                }
            } catch {
                reason = error.description
            }
            // Asked for now: the stream that has just ended may have said it.
            let pause = backoff.pause(asked: retryAfter ?? parser.retry)
            if cancellation.isCancelled { return }
            onSignal(.lost(reason, retryAfter: pause))
            cancellation.wait(atMost: pause)
        }
    }

    private func open(_ lastEventID: [UInt8], _ cancellation: CancellationPipe) throws(LinkError)
        -> (
            HTTPExchange, StreamAnswer
        )
    {
        func get(_ resource: String) throws(LinkError) -> HTTPExchange {
            try server.get(
                resource, accept: "text/event-stream", lastEventID: lastEventID,
                cancellation: cancellation)
        }
        var exchange = try get(resource)
        if let fallback, [403, 404].contains(exchange.head.status) { exchange = try get(fallback) }
        let body =
            exchange.head.status == 200 ? [] : try exchange.body(limit: Self.problemLimit)
        let answer = StreamAnswer(
            exchange.head, body: body, url: server.url, showsToken: server.token != nil)
        return (exchange, answer)
    }

    /// - Returns: whether the server has said that nothing more comes.
    private func read(
        _ exchange: HTTPExchange, _ parser: inout EventStreamParser, _ onSignal: (Signal) -> Void
    ) throws(LinkError) -> Bool {
        do throws(LinkError) {
            while let piece = try exchange.next(within: silence) {
                for event in try parser.feed(piece) {
                    if event.type == "end" { return true }
                    onSignal(.event(event))
                }
            }
            return false
        } catch  where error == .noAnswer {
            throw LinkError("the stream is silent, not even heartbeats come")
        }
    }
}

extension EventStreamParser.Event {
    /// The server's unix time, of a heartbeat; nil for any other event.
    var heartbeat: Int64? {
        guard type == "heartbeat" else { return nil }
        return JSONValue(data)?["timestamp"]?.number.flatMap { Int64(exactly: $0) }
    }
}
