internal import Pulse
internal import TestSupport

extension World {
    /// The trainer's next act.
    mutating func train() {
        trainer.clock = (Clocks.start + now + clocks.trainer).wholeSeconds
        if let ghost = trainer.takeGhost(using: &random) {
            put(ghost)
            tally.ghosts += 1
            return set(.trainer, in: pause())
        }
        guard trainer.isAlive else { return afterDeath() }
        if trainer.isComplete { return finish() }
        switch Double.random(in: 0..<1, using: &random) {
        case ..<0.010: return kill()
        case ..<0.016: return crash()
        case ..<0.030 where trainer.mayBeLate: writeLate()
        case ..<0.036: put(trainer.advance(using: &random), as: { $0.withNaN })
        default: put(trainer.advance(using: &random))
        }
        set(.trainer, in: pause())
    }

    /// How long it takes to the next document.
    private mutating func pause() -> Duration {
        let stale = settings.staleAfter / .seconds(1)
        let step = Duration.seconds(settings.pace * Double.random(in: 0.8...1.2, using: &random))
        // It starts up: the first step takes longer.
        if trainer.isOpening { return step + random.duration(0.1...(stale * 0.8)) }
        switch Double.random(in: 0..<1, using: &random) {
        // An evaluation, a checkpoint that is saved, a queue of the file system.
        case ..<0.05: return step + random.duration(0.1...(stale * 0.9))
        case ..<0.06: return step + random.duration(stale * 0.5...(stale * 3))
        case ..<0.070 where settings.keepAlive != nil:
            return step + random.duration(stale * 4...(stale * 40))
        case ..<0.062: return step + random.duration(stale...(stale * 20))
        default: return step
        }
    }

    /// A process has ended; another begins, or the same one has more to say.
    private mutating func afterDeath() {
        if trainer.lastStatus == .done, random.chance(0.15) {
            // Training ended well, and saving the model then failed.
            put(trainer.sayError(knowsEpoch: random.chance(0.5)))
            tally.errors += 1
            return rest()
        }
        let start: Trainer.Start =
            if trainer.canResume, random.chance(0.65) {
                .resume
            } else if trainer.isDone, trainer.kind != .uncounted, random.chance(0.2) {
                .extend
            } else {
                .run
            }
        trainer.begin(start, using: &random)
        trace.add(.started(trainer.process, run: trainer.run, start), at: now)
        tally.count(start)
        if trainer.kind == .idles { put(trainer.say(.idle)) }
        set(.trainer, in: random.duration(0.05...5))
    }

    private mutating func finish() {
        put(trainer.say(.done))
        trainer.die()
        tally.done += 1
        rest()
    }

    /// It fails, and says so.
    private mutating func crash() {
        put(trainer.sayError(knowsEpoch: random.chance(0.7)))
        trainer.die()
        tally.errors += 1
        rest()
    }

    /// It is killed, perhaps while it writes.
    private mutating func kill() {
        trainer.die()
        tally.kills += 1
        trace.add(.killed(trainer.process), at: now)
        if random.chance(0.5) { dropWrites() }
        newest = nil
        // `pulse run` has seen it.
        if settings.keepAlive != nil, random.chance(0.7) {
            put(trainer.sayError(knowsEpoch: random.chance(0.5)))
        }
        rest()
    }

    private mutating func rest() {
        let stale = settings.staleAfter / .seconds(1)
        let range =
            switch Double.random(in: 0..<1, using: &random) {
            case ..<0.4: 0.3...10
            case ..<0.9: (stale * 0.5)...(stale * 8)
            default: (stale * 8)...(stale * 80)
            }
        set(.trainer, in: random.duration(range))
    }

    /// Two documents come in the wrong order.
    private mutating func writeLate() {
        let late = trainer.advance(using: &random)
        let early = trainer.advance(using: &random)
        put(early)
        put(late)
        tally.late += 1
    }

    /// `pulse run` says that its command lives.
    mutating func keepAlive() {
        set(.keepAlive, in: .seconds(settings.keepAlive ?? 0))
        guard trainer.isAlive, writes.isEmpty, let newest, newest.document.status == .running,
            newest.process == trainer.process
        else { return }
        trainer.clock = (Clocks.start + now + clocks.trainer).wholeSeconds
        guard let act = trainer.keepAlive(newest) else { return }
        put(act)
        tally.keepAlives += 1
    }
}
