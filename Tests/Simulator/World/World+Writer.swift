internal import Pulse
internal import TestSupport

extension World {
    /// One step of a writer.
    enum Write: Sendable {
        case replace(Content)
        case truncate
        case write(Content, closes: Bool)
        case remove
        case push(Act)
    }

    /// Has a document written, after those that are being written.
    ///
    /// - Parameter form: what becomes of its bytes.
    mutating func put(_ act: Act, as form: (Content) -> Content = { $0 }) {
        let content = form(Content(act))
        if content.act != nil { newest = act }
        let start = max(now, writes.last?.due ?? now)
        for (delay, write) in steps(content) { writes.append((start + delay, write)) }
        due[Actor.writer.rawValue] = writes.first?.due ?? .forever
    }

    private mutating func steps(_ content: Content) -> [(Duration, Write)] {
        if settings.isPushed { return content.act.map { [(.zero, .push($0))] } ?? [] }
        // Most writers are quick; one on a loaded file system is not.
        let time = random.chance(0.9) ? random.duration(0.000_01...0.05) : random.duration(0.01...1)
        switch settings.writer {
        case .atomic, .atomicReused: return [(.zero, .replace(content))]
        case .inPlaceAtOnce: return [(.zero, .write(content, closes: true))]
        case .inPlace:
            return [
                (.zero, .truncate), (time / 2, .write(content.part, closes: false)),
                (time, .write(content, closes: true)),
            ]
        case .removeAndCreate:
            return [(.zero, .remove), (time, .write(content, closes: true))]
        }
    }

    /// A writer that was killed leaves what it had written.
    mutating func dropWrites() {
        writes = []
        due[Actor.writer.rawValue] = .forever
    }

    /// The next step of a writer.
    mutating func write() {
        let write = writes.removeFirst().write
        due[Actor.writer.rawValue] = writes.first?.due ?? .forever
        let isReused = settings.writer == .atomicReused
        setFileClock()
        switch write {
        case .replace(let content):
            // Now and then a document is written just while it is read.
            let isWhileRead = random.chance(0.01)
            file.withState { file in
                if isWhileRead {
                    file.whileRead = content
                } else {
                    file.replace(with: content, reusingInode: isReused)
                }
            }
            trace.add(.wrote(content), at: now)
        case .truncate: file.withState { $0.write(.empty) }
        case .write(let content, _):
            file.withState { $0.write(content) }
            trace.add(.wrote(content), at: now)
        case .remove: file.withState { $0.remove() }
        case .push(let act):
            pushed.append(act)
            held = act
        }
        tally.writes += 1
        switch write {
        case .truncate, .write(_, closes: false): break
        default: wake()
        }
    }

    /// inotify, or a push, wakes the poll.
    mutating func wake() {
        guard settings.watches || settings.isPushed, server != nil, pollStart == nil else { return }
        let soon = now + random.duration(0.000_1...0.01)
        guard soon < due[Actor.poll.rawValue] else { return }
        // A server that is paused is woken as well when it goes on.
        due[Actor.poll.rawValue] = max(soon, observer.pausedUntil)
    }

    /// The file system's clock goes on, by its ticks.
    mutating func setFileClock() {
        let time = Clocks.start + now + clocks.file
        let tick = settings.fileTick
        let (seconds, attoseconds) = time.components
        let nanoseconds = attoseconds / 1_000_000_000 / tick * tick
        let rounded = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
        let wall = Clocks.start + now + clocks.server
        file.withState { file in
            file.clock = rounded
            file.wall = wall
        }
    }
}
