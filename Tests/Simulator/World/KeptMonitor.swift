internal import PulseMonitor

/// What the archive of a simulated server holds of its monitor: a checkpoint, and a journal.
struct KeptMonitor {
    private var checkpoint: RunMonitor?
    private var entries: [MonitorMemory.Entry] = []
    private var pace = CheckpointPace()
    /// Whether its server has just begun: what it took up is in no journal.
    private var isNew = true
    private var savedAt: Int64 = 0
    /// The time that the server had observed when something happened last.
    private(set) var time = ServerTime()

    /// Takes what one delivery led to, and the monitor after it.
    mutating func keep(
        _ steps: [Server.Step], of monitor: RunMonitor, _ time: ServerTime, at wallClock: Int64
    ) {
        let events = steps.flatMap(\.events)
        guard events.contains(where: \.isRemembered) || isNew else { return }
        (savedAt, self.time) = (wallClock, time)
        isNew = false
        if pace.take(events) {
            checkpoint = monitor
            entries = []
        } else {
            entries += events.filter(\.isRemembered).map { ($0, monitor.observedTime) }
        }
    }

    /// The server ends, and has the time to keep what it knows.
    mutating func close(_ monitor: RunMonitor, _ time: ServerTime, at wallClock: Int64) {
        (checkpoint, entries) = (monitor, [])
        (savedAt, self.time) = (wallClock, time)
    }

    /// Another server goes on with it.
    mutating func begin() {
        (isNew, pace) = (true, CheckpointPace())
    }

    /// Whether nothing was ever kept.
    var isEmpty: Bool { checkpoint == nil }

    /// What the next server reads; nil before anything was kept.
    var memory: MonitorMemory? {
        checkpoint.map {
            MonitorMemory(checkpoint: $0.checkpoint, entries: entries, savedAt: savedAt)
        }
    }

    /// How long there was no server, by its clock.
    func absence(until wallClock: Int64) -> Duration {
        .seconds(max(0, wallClock - max(0, savedAt)))
    }
}
