internal import PulseClient
internal import PulseMonitor

/// The run of a Pulse server as the source: its curve, and its event stream.
struct ServerWatch: WatchSource {
    let server: ServerAccess
    /// Ends with word of it where the server has many runs.
    var noticesManyRuns = false
    /// Follows PULSE v2 where the server has it; without, all documents are those of version 1.
    var asksForDetails = true
    /// How long the stream may be silent.
    var silence = Duration.seconds(50)

    /// Bytes of `/history` at most: it is bounded, at about a tenth of this.
    private static let historyLimit = 4 << 20

    func run(onUpdate: @escaping @Sendable (WatchUpdate) -> Void) async {
        // Blocking calls (the name's address, say) have a thread of their own.
        await BlockingThread.run("pulse.watch") { cancellation in
            read(until: cancellation, onUpdate)
        }
    }

    private func read(until cancellation: CancellationPipe, _ onUpdate: (WatchUpdate) -> Void) {
        var isAsked = !noticesManyRuns
        var assembler = StreamAssembler()
        var stream = ServerStream(
            server: server, resource: asksForDetails ? "v2/events" : "events",
            fallback: asksForDetails ? "events" : nil, isResumed: true)
        stream.silence = silence
        stream.read(until: cancellation) { () throws(LinkError) in
            if !isAsked, let runs = try ManyRunsQuestion(server).answer(cancellation) {
                onUpdate(.ended(.hasManyRuns(runs)))
                return false
            }
            isAsked = true
            if let curve = try curve(cancellation) { onUpdate(.curve(curve)) }
            return true
        } onSignal: { signal in
            switch signal {
            case .opened(let serverTime): onUpdate(.opened(serverTime: serverTime))
            case .event(let event): assembler.updates(of: event).forEach(onUpdate)
            case .over: onUpdate(.over)
            case .lost(let reason, let pause): onUpdate(.lost(reason, retryAfter: pause))
            case .refused(let reason): onUpdate(.ended(.refused(reason)))
            }
        }
    }

    /// The run's curve until now; nil when the server has none to give.
    private func curve(_ cancellation: CancellationPipe) throws(LinkError) -> [CurvePoint]? {
        let exchange = try server.get(
            "history", accept: "application/json", cancellation: cancellation)
        guard exchange.head.status == 200 else { return nil }
        return StreamAssembler.curve(of: try exchange.body(limit: Self.historyLimit))
    }
}
