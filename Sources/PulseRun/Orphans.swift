internal import Glibc

/// Processes that others have left behind, where this one is process 1.
///
/// The kernel gives orphans to the first process of their PID namespace (pid_namespaces(7)), which in
/// a container is Pulse. Each would stay a zombie and count against the limit of processes. Elsewhere
/// the system has somebody for that, so PR_SET_CHILD_SUBREAPER isn't asked for.
package enum Orphans {
    /// Whether they are given to this process.
    package static var areOurs: Bool { getpid() == 1 }

    /// Waits for those that have ended; does nothing where they are another's.
    ///
    /// - Parameter child: a process of our own, for which somebody else waits.
    package static func reap(except child: Int32 = 0) {
        guard areOurs else { return }
        while true {
            var ended = unsafe siginfo_t()
            // Peeked at first (WNOWAIT): what is reaped is gone for whoever waits for it.
            let options = WEXITED | WNOHANG | WNOWAIT
            guard unsafe waitid(P_ALL, 0, &ended, options) == 0 else { return }
            let id = unsafe ended._sifields._sigchld.si_pid
            guard id > 0, id != child else { return }
            _ = waitpid(id, nil, WNOHANG)
        }
    }
}
