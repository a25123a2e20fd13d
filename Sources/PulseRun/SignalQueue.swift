internal import Glibc

/// The signals that a run has to do with, taken one by one instead of interrupting.
///
/// Made on the main thread before any other thread is, because threads inherit what is blocked: a
/// signal must find no thread that could take it elsewhere. And the main thread must stay out of
/// `dispatchMain`, where it would wait with nothing blocked.
struct SignalQueue: Sendable {
    /// One signal.
    struct Delivery: Sendable {
        let number: Int32
        /// The command has got it already.
        let hasReachedCommand: Bool

        /// Judges by who sent it.
        ///
        /// What the terminal sends (Ctrl-C and its like) the kernel sends to the whole foreground
        /// process group, so also to the command. A hang-up it sends to the session's leader alone,
        /// which is to pass it on, as shells do (`tty_signal_session_leader` of
        /// `drivers/tty/tty_jobctrl.c`); SIGCONT goes with it, for what is stopped.
        init(number: Int32, isFromKernel: Bool, toLeader: Bool) {
            self.number = number
            let isForLeader = toLeader && [SIGHUP, SIGCONT].contains(number)
            hasReachedCommand = isFromKernel && !isForLeader
        }
    }

    /// What would end or bother us, and is passed on to the command instead.
    ///
    /// Not SIGTSTP: stopping is left to the system, which stops all of the job.
    private static let passedOn = [
        SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT,
    ]

    /// What a command must find as we found it.
    struct Inheritance: Sendable {
        /// The signals that were blocked.
        let mask: sigset_t
        /// Whether SIGPIPE was ignored: a write to a broken pipe then fails and ends nothing.
        let ignoresBrokenPipes: Bool
    }

    private let signals: sigset_t
    /// As it was before.
    let inheritance: Inheritance

    init() {
        // A parent that ignored it would leave us no exit codes.
        _ = signal(SIGCHLD, SIG_DFL)
        // A status server ignores it for itself, later.
        var action = sigaction()
        unsafe sigaction(SIGPIPE, nil, &action)
        let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in Self.passedOn + [SIGCHLD] { unsafe sigaddset(&signals, number) }
        var before = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
        self.signals = signals
        inheritance = Inheritance(
            mask: before, ignoresBrokenPipes: handler == Self.ignore)
    }

    /// Waits for the next signal.
    func next() -> Delivery {
        var signals = signals
        var information = unsafe siginfo_t()
        while true {
            let number = unsafe sigwaitinfo(&signals, &information)
            if number > 0 { return delivery(number, unsafe information.si_code) }
        }
    }

    /// Waits for the next signal for a while; nil when none came.
    func next(within duration: Duration) -> Delivery? {
        var signals = signals
        var information = unsafe siginfo_t()
        let (seconds, attoseconds) = duration.components
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let number = unsafe sigtimedwait(&signals, &information, &left)
        guard number > 0 else { return nil }
        return delivery(number, unsafe information.si_code)
    }

    private func delivery(_ number: Int32, _ code: Int32) -> Delivery {
        Delivery(
            number: number, isFromKernel: code == Self.kernel, toLeader: getsid(0) == getpid())
    }

    /// `SIG_IGN` of `<bits/signum-generic.h>`, a cast that Swift can't import as a number.
    private static let ignore = 1
    /// `SI_KERNEL` of `<bits/siginfo-consts.h>`, an enumerator that Swift imports as another type.
    private static let kernel: Int32 = 0x80
}
