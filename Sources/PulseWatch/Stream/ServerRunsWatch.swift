internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// All runs of a Pulse server as the source: one stream for all of them.
struct ServerRunsWatch: WatchSource {
    let server: ServerAccess

    func run(onUpdate: @escaping @Sendable (RunsUpdate) -> Void) async {
        await BlockingThread.run("pulse.watch") { cancellation in
            // Each time it begins with all runs: who was away doesn't know what has gone.
            let stream = ServerStream(server: server, resource: "runs/events", isResumed: false)
            stream.read(until: cancellation) { () throws(LinkError) in
                true
            } onSignal: { signal in
                switch signal {
                case .opened(let serverTime): onUpdate(.opened(serverTime: serverTime))
                case .event(let event):
                    if let update = RunsUpdate(event) { onUpdate(update) }
                case .lost(let reason, let pause): onUpdate(.lost(reason, retryAfter: pause))
                case .over: onUpdate(.ended(.refused("the server tells of no more runs")))
                case .refused(let reason): onUpdate(.ended(.refused(reason)))
                }
            }
        }
    }
}

extension RunsUpdate {
    /// What an event of `/runs/events` means; nil for one of a newer server.
    init?(_ event: EventStreamParser.Event) {
        switch event.type {
        case "run": self = .item(event.data)
        case "ready": self = .ready
        case "reset": self = .reset
        case "gone":
            guard let id = JSONValue(event.data)?["id"]?.string else { return nil }
            self = .gone(id)
        default:
            guard let time = event.heartbeat else { return nil }
            self = .heartbeat(time)
        }
    }
}
