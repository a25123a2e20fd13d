internal import PulseMonitor
internal import Glibc
internal import Synchronization

/// The signals that a person at a terminal sends, as calls on a thread of its own.
///
/// Trapped by sigaction(2), from the moment it is made: a dispatch source traps them some time
/// later, and gives them back some time later still. One that is ignored already stays so: nohup(1)
/// and shells mean it, for what goes on in the background.
struct SignalStream {
    /// What ends a command.
    static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    /// What ends a process besides, by default (signal(7)): nobody sends these to mean it, and a
    /// terminal has to be given back all the same.
    static let rare =
        [
            SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPOLL,
            SIGPWR, SIGSTKFLT,
        ] + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())

    /// Where the handler writes the number of a signal; all that it may do is very little.
    private static let writingEnd = Atomic<Int32>(-1)

    private let trapped: [Int32]

    init(_ signals: [Int32], onSignal: @escaping @Sendable (Int32) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            // Without descriptors they do what they always do.
            trapped = []
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        Self.writingEnd.store(ends[1], ordering: .releasing)
        let end = ends[0]
        BlockingThread.start("pulse.signals") {
            var number: UInt8 = 0
            while unsafe read(end, &number, 1) == 1 || errno == EINTR { onSignal(Int32(number)) }
        }
        trapped = signals.filter { !Self.isIgnored($0) }
        for number in trapped { Self.setAction(of: number, to: Self.forward) }
    }

    /// Gives the signals back to the system: from here on they do what they always do.
    func release() {
        for number in trapped { Self.setAction(of: number, to: SIG_DFL) }
    }

    /// Feeds the `sa_handler` field of sigaction(2), and calls nothing but what signal-safety(7)
    /// allows.
    private static let forward: @convention(c) (Int32) -> Void = { number in
        let code = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe write(SignalStream.writingEnd.load(ordering: .acquiring), &byte, 1)
        errno = code
    }

    private static func setAction(of number: Int32, to handler: __sighandler_t?) {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        unsafe sigaction(number, &action, nil)
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        // Functions can't be compared; SIG_IGN is the address 1 (signal.h).
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
