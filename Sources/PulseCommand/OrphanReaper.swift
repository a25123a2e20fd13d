import Glibc
import PulseMonitor
import Synchronization

/// Waits for processes that others have left behind, where this one is process 1.
///
/// The kernel gives orphans to the first process of their PID namespace (pid_namespaces(7)), which in
/// a container is Pulse. Each would stay a zombie and count against the limit of processes. Elsewhere
/// the system has somebody for that, so PR_SET_CHILD_SUBREAPER isn't asked for.
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
    init?(processID: pid_t = getpid()) {
        guard processID == 1 else { return nil }
    }

    /// Does nothing: a run says nothing about processes.
    func observe(_ events: [RunEvent], _ view: RunView) {}

    func didPoll() {
        commands.withLock { commands in
            if commands.running == 0 { Self.reap() }
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
            if commands.running == 0 { Self.reap() }
        }
    }

    private static func reap() {
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }
}
