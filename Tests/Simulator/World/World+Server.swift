internal import Pulse
internal import PulseMonitor
internal import TestSupport

extension World {
    var wallClock: Int64 { (Clocks.start + now + clocks.server).wholeSeconds }
    private var isHanging: Bool { endings.contains { $0.disturbance == .hang } }

    /// Something that lasted is over.
    mutating func end() -> Violation? {
        let index = endings.indices.min { endings[$0].due < endings[$1].due } ?? 0
        let disturbance = endings.remove(at: index).disturbance
        var violation: Violation?
        trace.add(.ended(disturbance), at: now)
        switch disturbance {
        case .vanish, .deny, .ioError: file.withState { $0.fault = nil }
        case .cacheAttributes: file.withState { $0.cachesAttributes = false }
        case .hang where pollStart != nil:
            due[Actor.poll.rawValue] = max(now, observer.pausedUntil)
        case .killServer: violation = startServer()
        case .failArchive:
            archive.isWritable = true
            if isArchived { commit() }
        default: break
        }
        due[Actor.ending.rawValue] = endings.map(\.due).min() ?? .forever
        wake()
        return violation
    }

    /// A server polls once before it serves.
    private mutating func startServer() -> Violation? {
        if isHanging {
            schedule(.killServer, in: .seconds(1))
            return nil
        }
        openArchive()
        let memory = isArchived ? archive.monitor.memory : nil
        server = Server(
            settings, file: file, rules: mutation.rules, outbox: mutation.outbox,
            continuing: memory, at: clock, wallClock: wallClock)
        if memory == nil {
            observer = ServerTime(at: now)
            oracle.serverStarted()
        } else {
            let absence = archive.monitor.absence(until: wallClock)
            observer = archive.monitor.time
            observer.restart(at: now, after: absence)
            if let violation = attempt({ world throws(Violation) in
                try world.goOn(after: absence)
            }) {
                return violation
            }
        }
        pushed = held.map { [$0] } ?? []
        set(.tick, in: settings.tick)
        return poll()
    }

    private mutating func goOn(after absence: Duration) throws(Violation) {
        guard let monitor = server?.monitor else { return }
        try oracle.serverContinues(with: monitor.view, monitor.history, after: absence)
        try resumeTelling(at: wallClock)
    }

    /// Now and then a server can't open its archive, or finds it broken and somebody has put it aside.
    private mutating func openArchive() {
        isArchived = settings.hasArchive && !random.chance(0.03)
        guard isArchived, random.chance(0.02) else { return }
        archive = WorldArchive()
        telling = TellingOracle()
    }

    /// A command has ended.
    mutating func commandEnds() -> Violation? {
        attempt { world throws(Violation) in try world.endCommand(at: world.wallClock) }
    }

    private mutating func attempt(_ work: (inout World) throws(Violation) -> Void) -> Violation? {
        do throws(Violation) {
            try work(&self)
            return nil
        } catch {
            return error
        }
    }

    /// What the server takes for monotonic time.
    private var clock: Duration { mutation.judgesByWallClock ? now + clocks.server : now }

    mutating func poll() -> Violation? {
        guard server != nil else { return nil }
        if isHanging {
            // It ends when the file system answers again.
            if !settings.isPushed { pollStart = pollStart ?? now }
            due[Actor.poll.rawValue] = endings.first { $0.disturbance == .hang }?.due ?? now
            return nil
        }
        setFileClock()
        return settings.isPushed ? takePushed() : pollFile()
    }

    private mutating func pollFile() -> Violation? {
        let start = pollStart ?? now
        pollStart = nil
        let (showsChange, opens) = file.withState { ($0.showsChange, $0.opens) }
        let (clock, wall) = (clock, wallClock)
        let began = clock - (now - start)
        guard let polled = server?.poll(from: began, at: clock, wallClock: wall) else { return nil }
        set(.poll, in: polled.within)
        let look = file.withState {
            Look(
                shown: Shown($0), version: $0.version,
                wasRead: showsChange || $0.opens > opens || $0.fault != nil, start: start,
                isPoll: true)
        }
        return observe(polled.steps, look)
    }

    private mutating func takePushed() -> Violation? {
        let act = pushed.isEmpty ? nil : pushed.removeFirst()
        let delivery = SourceDelivery(
            [act.map { .accepted($0.document) } ?? .unchanged], isPoll: act == nil,
            nextWithin: settings.pollInterval)
        let (clock, wall) = (clock, wallClock)
        guard let steps = server?.take(delivery, at: clock, wallClock: wall) else { return nil }
        set(.poll, in: pushed.isEmpty ? settings.pollInterval : .milliseconds(1))
        let shown = (act ?? oracle.acts.served).map(Shown.document) ?? .nothing
        return observe(
            steps, Look(shown: shown, version: 0, wasRead: true, start: now, isPoll: act == nil))
    }

    mutating func tick() -> Violation? {
        let clock = clock
        guard let step = server?.judge(at: clock) else { return nil }
        // A machine under load is late, by less than what counts as a pause.
        let delay = random.chance(0.05) ? random.duration(0.001...0.8) : .zero
        set(.tick, in: settings.tick + delay)
        return observe([step], nil)
    }

    private mutating func observe(_ steps: [Server.Step], _ look: Look?) -> Violation? {
        observer.advance(to: now, tick: settings.tick)
        if let look { observer.deliver(isPoll: look.isPoll) }
        for (index, step) in steps.enumerated() {
            if index == 0, let event = step.event { trace.add(.polled(event), at: now) }
            if !step.events.isEmpty { trace.add(.happened(step.events), at: now) }
            tally.count(step.transitions)
            let observation = Observation(
                step: step, look: index == 0 ? look : nil, time: observer, wallClock: wallClock,
                isJudgement: index == steps.count - 1)
            if let violation = oracle.check(observation) { return violation }
        }
        tally.count(oracle.takeCounts(), of: settings.trainer)
        return isArchived ? keep(steps) : nil
    }

    /// Keeps what has happened, and tells of it: of what a first server finds it tells nothing.
    private mutating func keep(_ steps: [Server.Step]) -> Violation? {
        guard let monitor = server?.monitor else { return nil }
        let isFirst = archive.monitor.isEmpty
        archive.monitor.keep(steps, of: monitor, observer, at: wallClock)
        return attempt { world throws(Violation) in
            let notices = isFirst ? [] : world.notices(of: steps, at: world.wallClock)
            // Points are kept a moment later than transitions, so the newest may be lost.
            let isUrgent = steps.contains { !$0.transitions.isEmpty }
            let isNews = steps.contains { !$0.events.isEmpty }
            if isFirst || isUrgent || (isNews && world.random.chance(0.2)) { world.commit() }
            try world.tell(notices)
            try world.beginCommands(at: world.wallClock)
        }
    }
}
