internal import Glibc
internal import TestSupport

extension World {
    /// What somebody does to file, clocks or server.
    mutating func disturb() {
        set(.operators, in: .seconds(settings.calm * Double.random(in: 0.1...1.9, using: &random)))
        let disturbance = random.pick(Disturbance.allCases)
        guard !endings.contains(where: { $0.disturbance == disturbance }) else { return }
        trace.add(.disturbed(disturbance), at: now)
        tally.count(disturbance)
        setFileClock()
        switch disturbance {
        case .changeState: file.withState { $0.touch(modified: false) }
        case .touch: file.withState { $0.touch(modified: true) }
        case .copy: copy()
        case .restore: restore()
        case .changeInode: file.withState { $0.node?.inode += 1_000_000 }
        case .remount: file.withState { $0.device += 1 }
        case .vanish: fail(ENOENT, disturbance)
        case .deny: fail(EACCES, disturbance)
        case .ioError: fail(EIO, disturbance)
        case .hang: last(disturbance, 0.1...60)
        case .cacheAttributes:
            file.withState { $0.cachesAttributes = true }
            last(disturbance, 1...60)
        case .setServerClock: clocks.server = offset()
        case .setTrainerClock: clocks.trainer = offset()
        case .setFileClock: clocks.file = offset()
        case .pauseServer: pauseServer()
        case .killServer: killServer()
        case .failArchive: failArchive()
        }
        wake()
    }

    private mutating func last(_ disturbance: Disturbance, _ range: ClosedRange<Double>) {
        schedule(disturbance, in: random.duration(range))
    }

    mutating func schedule(_ disturbance: Disturbance, in time: Duration) {
        endings.append((now + time, disturbance))
        due[Actor.ending.rawValue] = min(due[Actor.ending.rawValue], now + time)
    }

    /// The fault that is there stays: one file system breaks in one way at a time.
    private mutating func fail(_ code: CInt, _ disturbance: Disturbance) {
        guard file.withState({ $0.fault == nil }) else { return }
        file.withState { $0.fault = code }
        last(disturbance, 0.02...60)
    }

    /// The same bytes as another file, with the times that they had.
    private mutating func copy() {
        if settings.isPushed {
            if let held { pushed.append(held) }
            return
        }
        file.withState { file in
            guard let node = file.node else { return }
            file.replace(with: node.content)
            file.node?.modified = node.modified
        }
    }

    /// Behind more documents than these, one that is pushed again may have been forgotten.
    private static let longestQueue = 4

    /// What the server had accepted is there once more.
    ///
    /// Only that: a document that no poll had found before would be new to anybody who can't see
    /// who wrote it.
    private mutating func restore() {
        guard writes.isEmpty, pushed.count < Self.longestQueue,
            let act = oracle.acts.pickRemembered(using: &random)
        else { return }
        if settings.isPushed { return pushed.append(act) }
        file.withState { $0.replace(with: Content(act)) }
        trace.add(.restored(act), at: now)
    }

    /// Some clocks are an hour off, some a few seconds.
    private mutating func offset() -> Duration {
        random.chance(0.4)
            ? .zero : random.duration(0.5...4_000) * (random.chance(0.5) ? 1 : -1)
    }

    private mutating func pauseServer() {
        guard server != nil else { return }
        let end = now + random.duration(0.5...(settings.staleAfter * 5 / .seconds(1)))
        observer.pause(from: now, until: end)
        for actor in [Actor.poll, .tick, .command] {
            // Either may come first.
            let resumed = end + random.duration(0.000_1...0.1)
            due[actor.rawValue] = max(due[actor.rawValue], resumed)
        }
    }

    /// Its archive can't be written for a while.
    private mutating func failArchive() {
        guard settings.hasArchive else { return }
        archive.isWritable = false
        last(.failArchive, 0.1...300)
    }

    private mutating func killServer() {
        guard let monitor = server?.monitor else { return }
        // SIGTERM leaves time to keep what is known.
        if isArchived, observer.pausedUntil <= now, random.chance(0.3) {
            archive.monitor.close(monitor, observer, at: wallClock)
            commit()
        }
        server = nil
        if let known = archive.revert() {
            (oracle, telling) = known
        } else {
            telling = TellingOracle()
        }
        killCommands()
        pollStart = nil
        due[Actor.poll.rawValue] = .forever
        due[Actor.tick.rawValue] = .forever
        last(.killServer, 0.05...100)
    }
}
