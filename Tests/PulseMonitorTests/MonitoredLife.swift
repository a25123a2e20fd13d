import Pulse
import TestSupport

@testable import PulseMonitor

/// A run seen through a monitor, on a clock that only its calls move.
struct MonitoredLife {
    var monitor: RunMonitor
    var now = Duration.seconds(1_000)
    var wallClock: Int64
    /// What has happened, without the documents and points.
    private(set) var events: [RunEvent] = []

    static let start: Int64 = 1_732_800_000

    init(staleAfter: Duration = .seconds(300), wallClock: Int64 = start) {
        self.wallClock = wallClock
        monitor = RunMonitor(
            (SourceName(file: "/runs/a.json"), "a.json"), staleAfter: staleAfter,
            tick: .seconds(2), pollInterval: .seconds(2), at: now, wallClock: wallClock)
    }

    var view: RunView { monitor.view }
    var transitions: [RunTransition] { RunTransition.of(events) }

    /// Lets time pass, in which the server polls and finds nothing new.
    mutating func wait(_ seconds: Int64, finding event: SourceEvent = .unchanged) {
        for _ in 0..<seconds {
            now += .seconds(1)
            wallClock += 1
            deliver(event)
        }
    }

    /// Lets time pass in which the server doesn't poll at all.
    mutating func pause(_ seconds: Int64) {
        now += .seconds(seconds)
        wallClock += seconds
    }

    mutating func deliver(_ event: SourceEvent) {
        note(
            monitor.take(
                SourceDelivery([event], nextWithin: .seconds(2)), at: now, wallClock: wallClock))
        judge()
    }

    mutating func judge() {
        note(monitor.judge(at: now))
    }

    /// A document of the trainer arrives some seconds after what came before.
    mutating func see(
        _ state: TrainingStatus.State = .running, epoch: Double = 0, of total: Double = 10,
        loss: Double = 0.5, after seconds: Int64 = 0, timestamp: Int64? = nil
    ) throws {
        if seconds > 0 { wait(seconds - 1) }
        now += .seconds(min(seconds, 1))
        wallClock += min(seconds, 1)
        deliver(
            .accepted(
                try PulseDocument.sample(
                    state, epoch: epoch, of: total, loss: loss, timestamp: timestamp ?? wallClock)))
    }

    mutating func liveness(after seconds: Int64) -> Liveness {
        wait(seconds)
        return view.liveness
    }

    /// What has happened since this was called last.
    mutating func takeEvents() -> [RunEvent] {
        defer { events = [] }
        return events
    }

    private mutating func note(_ happened: [RunEvent]) {
        events += happened.filter { event in
            switch event {
            case .document, .point: false
            default: true
            }
        }
    }
}
