import Glibc
import PulseMonitor
import Synchronization

/// Waits for processes that others have left behind, where this one is process 1.
///
/// The kernel gives orphans to the first process of their PID namespace (pid_namespaces(7)), which in
/// a container is Pulse. Each would stay a zombie and count against the limit of processes. Elsewhere
/// the system has somebody for that, so PR_SET_CHILD_SUBREAPER isn't asked for.
final class OrphanReaper: RunObserver {
    /// Whether a command of our own runs, for which whoever started it waits.
    private let isPaused = Mutex(false)

    /// nil where orphans aren't given to this process.
    init?(processID: pid_t = getpid()) {
        guard processID == 1 else { return nil }
    }

    /// Does nothing: a run says nothing about processes.
    func observe(_ events: [RunEvent], _ view: RunView) {}

    func didPoll() {
        isPaused.withLock { isPaused in
            guard !isPaused else { return }
            while waitpid(-1, nil, WNOHANG) > 0 {}
        }
    }

    /// To be called before a process is started.
    func pause() { isPaused.withLock { $0 = true } }

    /// To be called when that process has been waited for.
    func resume() { isPaused.withLock { $0 = false } }
}
