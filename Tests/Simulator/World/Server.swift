internal import Pulse
internal import PulseMonitor

/// A Pulse server on the simulated file: the real reader, poll and monitor.
///
/// What it remembers ends with it, but for what an archive has kept.
struct Server {
    /// What one delivery or one judgement led to.
    struct Step {
        /// What the source delivered; nil for a judgement.
        var event: SourceEvent?
        var events: [RunEvent]
        var before: RunView?
        var after: RunView
        /// The curve, where something happened.
        var history: RunHistory?
        var transitions: [RunTransition] { RunTransition.of(events) }
    }

    private(set) var monitor: RunMonitor
    var outbox: Outbox
    private var poll: FilePoll
    private var view: RunView?

    init(
        _ settings: Settings, file: MemoryFile, rules: RunRules, outbox: OutboxRules,
        continuing memory: MonitorMemory?, at now: Duration, wallClock: Int64
    ) {
        self.outbox = Outbox(rules: outbox)
        poll = FilePoll(
            reader: StatusFileReader(path: Settings.path, calls: file.calls),
            pollInterval: settings.pollInterval, rules: rules)
        let source = (name: SourceName(file: Settings.path), label: Settings.path)
        let continued = memory.flatMap {
            try? RunMonitor(
                source, staleAfter: settings.staleAfter, tick: settings.tick,
                pollInterval: settings.pollInterval, at: now, wallClock: wallClock, rules: rules,
                continuing: $0)
        }
        monitor =
            continued
            ?? RunMonitor(
                source, staleAfter: settings.staleAfter, tick: settings.tick,
                pollInterval: settings.pollInterval, at: now, wallClock: wallClock, rules: rules)
        view = continued?.view
    }

    /// Polls the file, and judges.
    ///
    /// - Parameters:
    ///   - start: when the poll began: earlier than now where the file system hangs.
    ///   - now: when it ended, and is taken.
    /// - Returns: what happened, and when the next poll is due.
    mutating func poll(
        from start: Duration, at now: Duration, wallClock: Int64
    ) -> (steps: [Step], within: Duration) {
        let delivery = poll.next(at: start)
        return (take(delivery, at: now, wallClock: wallClock), delivery.nextWithin)
    }

    /// Takes a delivery, and judges: what `StatusPoller` does when it is woken.
    mutating func take(_ delivery: SourceDelivery, at now: Duration, wallClock: Int64) -> [Step] {
        let taken = step(
            delivery.events.first, monitor.take(delivery, at: now, wallClock: wallClock))
        return [taken, judge(at: now)]
    }

    /// Judges by the time that has passed.
    mutating func judge(at now: Duration) -> Step {
        step(nil, monitor.judge(at: now))
    }

    private mutating func step(_ event: SourceEvent?, _ events: [RunEvent]) -> Step {
        let after = monitor.view
        defer { view = after }
        return Step(
            event: event, events: events, before: view, after: after,
            history: events.isEmpty ? nil : monitor.history)
    }
}
