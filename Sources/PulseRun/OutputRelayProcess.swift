internal import Glibc

/// A second `pulse` that passes a command's output on and remembers its end.
///
/// A process of its own, because output outlives us: background processes that the command leaves
/// behind keep a working stderr, and so does the command when we are killed.
struct OutputRelayProcess {
    /// Where the command writes: a pseudo-terminal or a pipe.
    let entrance: Int32
    /// Where the reason is asked for.
    let control: Int32
    /// Where the newest output arrives.
    let window: Int32

    /// The descriptor numbers that the output relay finds its ends at.
    static let source = STDIN_FILENO
    static let sink = STDOUT_FILENO
    static let question: Int32 = 3
    static let window: Int32 = 4

    /// What the output relay says when there was none: an empty packet would read as the end.
    static let noReason = [UInt8(ascii: " ")]

    /// Milliseconds that an answer may take: a terminal that is held (Ctrl-S) lets nothing pass.
    private static let timeout: Int32 = 2_000

    /// nil when there is no output relay to be had; the command then does without.
    ///
    /// - Parameter stream: the descriptor that the output goes to in the end.
    init?(to stream: Int32, isTerminal: Bool, inheritance: SignalQueue.Inheritance) {
        guard let (exit, entrance) = isTerminal ? Self.terminal(like: stream) : Self.pipe()
        else { return nil }
        defer { close(exit) }
        guard let pair = Self.sockets() else {
            close(entrance)
            return nil
        }
        defer { close(pair[1]) }
        guard let newest = Self.sockets() else {
            close(entrance)
            close(pair[0])
            return nil
        }
        defer { close(newest[1]) }
        var environment = Environment.own
        // It is none of the processes that the command started.
        environment[Environment.supervised] = nil
        do {
            _ = try ChildProcess(
                ["pulse", OutputRelay.commandName], program: "/proc/self/exe",
                environment: environment,
                descriptors: [
                    (exit, Self.source), (stream, Self.sink), (pair[1], Self.question),
                    (newest[1], Self.window),
                ], inheritance: inheritance)
        } catch {
            close(entrance)
            close(pair[0])
            close(newest[0])
            return nil
        }
        window = newest[0]
        self.entrance = entrance
        control = pair[0]
    }

    /// Asks for the reason in all that was written before now.
    static func reason(_ control: Int32) -> FoundReason? {
        var byte: UInt8 = 0
        // Fails when the output relay has ended; its answer waits then.
        _ = unsafe send(control, &byte, 1, Int32(MSG_NOSIGNAL))
        var ready = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, timeout) == 1 else { return nil }
        var answer = [UInt8](repeating: 0, count: 4_096)
        var count = unsafe recv(control, &answer, answer.count, 0)
        // An output relay that ended before it read the question resets the connection; recv
        // reports that once, and before the answer that it left.
        if count < 0, errno == ECONNRESET {
            count = unsafe recv(control, &answer, answer.count, 0)
        }
        return FoundReason(packet: answer.prefix(max(count, 0)))
    }

    /// A connection for packets, ours first.
    private static func sockets() -> [Int32]? {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        return unsafe socketpair(AF_UNIX, type, 0, &pair) == 0 ? pair : nil
    }

    private static func pipe() -> (exit: Int32, entrance: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// A pseudo-terminal that looks like the real one, but changes nothing on the way: that one does.
    private static func terminal(like stream: Int32) -> (exit: Int32, entrance: Int32)? {
        var modes = termios()
        var size = winsize()
        var (exit, entrance): (Int32, Int32) = (-1, -1)
        guard unsafe tcgetattr(stream, &modes) == 0,
            unsafe ioctl(stream, UInt(TIOCGWINSZ), &size) == 0
        else { return nil }
        modes.c_oflag &= ~tcflag_t(OPOST)
        modes.c_lflag &= ~tcflag_t(ECHO)
        guard unsafe openpty(&exit, &entrance, nil, &modes, &size) == 0 else { return nil }
        for end in [exit, entrance] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (exit, entrance)
    }
}
