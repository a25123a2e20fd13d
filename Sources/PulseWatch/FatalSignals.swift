internal import Glibc

/// Gives the terminal back when the process is about to end by a fault of its own.
///
/// The fault's signal ends it all the same, with the same code.
enum FatalSignals {
    private static let numbers = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]

    /// From here on, the end of a process restores automatic wrapping and the cursor.
    static func restoreTerminal() {
        for number in numbers {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = restore
            // The signal that is raised again has its default action.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
            unsafe sigaction(number, &action, nil)
        }
    }

    /// The bytes of ``FramePainter/end()``, where no memory can be had any more.
    private static let end: StaticString = "\u{1B}[?7h\u{1B}[?25h\r\n"

    /// Feeds the `sa_handler` field of sigaction(2), and calls nothing but what signal-safety(7)
    /// allows.
    private static let restore: @convention(c) (Int32) -> Void = { number in
        _ = unsafe write(STDOUT_FILENO, end.utf8Start, end.utf8CodeUnitCount)
        raise(number)
    }
}
