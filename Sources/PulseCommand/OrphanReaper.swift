import PulseMonitor
import PulseRun
import Synchronization

/// Waits for ``Orphans`` at each poll of a server, where this process is the one that gets them.
final class OrphanReaper: RunObserver {
    /// Commands of our own, for which whoever started them waits.
    private struct Commands {
        var running = 0
        /// When the first of those began that followed each other without a break.
        var since = ContinuousClock.now
    }
    private let commands = Mutex(Commands())

    /// So long commands may follow each other before orphans have their turn.
    private static let limit = Duration.seconds(60)

    /// nil where orphans aren't given to this process.
    init?() {
        guard Orphans.areOurs else { return nil }
    }

    /// Does nothing: a run says nothing about processes.
    func observe(_ events: [RunEvent], _ view: RunView) {}

    func didPoll() {
        commands.withLock { commands in
            if commands.running == 0 { Orphans.reap() }
        }
    }

    /// To be called before a process is started.
    ///
    /// - Returns: false when it has to wait, until those that run have ended.
    func pause() -> Bool {
        commands.withLock { commands in
            let now = ContinuousClock.now
            if commands.running == 0 { commands.since = now }
            guard now - commands.since < Self.limit else { return false }
            commands.running += 1
            return true
        }
    }

    /// To be called when that process has been waited for.
    func resume() {
        commands.withLock { commands in
            commands.running -= 1
            if commands.running == 0 { Orphans.reap() }
        }
    }
}
