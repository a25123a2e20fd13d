import Pulse
import PulseMonitor

/// What a server reports of a recording.
struct Replay {
    private(set) var transitions: [RunTransition] = []
    /// The runs that it reported, and the attempts of each.
    private(set) var attempts: [RunID: Int] = [:]
    /// Which run each document was of at the end, by its place.
    private(set) var runs: [RunID?] = []
    private(set) var history = RunHistory(capacity: 4)
    private var monitor: RunMonitor

    private static let tick = Duration.seconds(2)

    /// Lets a server poll each document when it came, and judge in between.
    init(_ life: RecordedLife, staleAfter: Duration) {
        let start = life.entries.first?.time ?? .zero
        monitor = RunMonitor(
            (SourceName(file: "job.json"), "job.json"), staleAfter: staleAfter, tick: Self.tick,
            pollInterval: Self.tick, at: start, wallClock: 0)
        var now = start
        for entry in life.entries {
            while now + Self.tick < entry.time {
                now += Self.tick
                // A poll that finds nothing new: the server isn't blind meanwhile.
                take(SourceDelivery([.unchanged], nextWithin: Self.tick), at: now)
            }
            now = entry.time
            take(SourceDelivery([.accepted(entry.status)], nextWithin: Self.tick), at: now)
            runs.append(monitor.view.run)
        }
        history = monitor.history
    }

    private mutating func take(_ delivery: SourceDelivery, at now: Duration) {
        let events = monitor.take(delivery, at: now, wallClock: 0)
        note(events)
        note(monitor.judge(at: now))
    }

    private mutating func note(_ events: [RunEvent]) {
        transitions += RunTransition.of(events)
        for event in events {
            switch event {
            case .began(let id, let attempt, _): attempts[id] = attempt
            case .resumed(let id, let attempt, _): attempts[id] = attempt
            case .joined(let id, let earlier, let attempt, _):
                attempts[id] = nil
                attempts[earlier] = attempt
                runs = runs.map { $0 == id ? earlier : $0 }
            default: break
            }
        }
    }
}
