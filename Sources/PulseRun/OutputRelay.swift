internal import Glibc

/// What the process behind a command's output does: passes it on until nobody can write any more,
/// and answers what the reason of an error is.
package struct OutputRelay {
    /// The end of what has passed.
    private var tail: [UInt8] = []
    private var window = OutputWindow(socket: OutputRelayProcess.window)
    private var size = winsize()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Takes over the process: its descriptors are those that ``OutputRelayProcess`` gave it.
    private init() {
        // Output goes on to its end whatever signals the job gets.
        for number in [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE] {
            _ = signal(number, SIG_IGN)
        }
        // Only to interrupt the wait, and nothing else.
        _ = signal(SIGWINCH) { _ in }
        _ = unsafe ioctl(OutputRelayProcess.source, UInt(TIOCGWINSZ), &size)
    }

    /// The argument that makes a `pulse` process an output relay.
    package static let commandName = "output-relay"

    /// Runs until the last writer is gone, or the reader.
    package static func run() {
        var relay = OutputRelay()
        relay.passAll()
    }

    private mutating func passAll() {
        var question = OutputRelayProcess.question
        while true {
            // Before every wait: a change that comes just after shows at the next output.
            adoptSize()
            var waiting = [
                pollfd(fd: OutputRelayProcess.source, events: Int16(POLLIN), revents: 0),
                pollfd(fd: question, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&waiting, nfds_t(waiting.count), window.due)
            if ready < 0 { continue }
            window.send(tail)
            if waiting[0].revents != 0, !pass() { break }
            // Asked only once all that came before has passed.
            if waiting[0].revents == 0, waiting[1].revents != 0, !answer(question) {
                // Nobody is left who could ask.
                close(question)
                question = -1
            }
        }
        window.send(tail, isLast: true)
        // Who asks later finds the answer waiting.
        if question >= 0 { sendReason(to: question) }
    }

    /// Passes on what is there.
    ///
    /// False at the end: the last writer has gone (a pipe reads empty then, a pseudo-terminal
    /// fails), or nobody reads any more, which the writers notice when we close our end.
    private mutating func pass() -> Bool {
        let count = unsafe read(OutputRelayProcess.source, &buffer, buffer.count)
        if count < 0, errno == EINTR { return true }
        guard count > 0, Self.write(buffer[..<count]) else { return false }
        tail += buffer[max(0, count - ErrorReason.window)..<count]
        if tail.count > 2 * ErrorReason.window { tail.removeFirst(tail.count - ErrorReason.window) }
        window.note(count)
        return true
    }

    private static func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(OutputRelayProcess.sink, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody made the description non-blocking for all who share it.
                var room = pollfd(fd: OutputRelayProcess.sink, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&room, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// False when there was no question but the end of those who ask.
    private mutating func answer(_ control: Int32) -> Bool {
        var byte: UInt8 = 0
        guard unsafe recv(control, &byte, 1, Int32(MSG_DONTWAIT)) == 1 else {
            return false
        }
        window.send(tail, isLast: true)
        sendReason(to: control)
        return true
    }

    private func sendReason(to control: Int32) {
        let reason = ErrorReason.find(in: tail)?.packet ?? OutputRelayProcess.noReason
        _ = unsafe send(control, reason, reason.count, Int32(MSG_NOSIGNAL))
    }

    /// Gives the pseudo-terminal the size of the real one, and signals the job when it has changed.
    private mutating func adoptSize() {
        var now = winsize()
        guard unsafe ioctl(OutputRelayProcess.sink, UInt(TIOCGWINSZ), &now) == 0,
            (now.ws_row, now.ws_col) != (size.ws_row, size.ws_col)
        else { return }
        size = now
        guard unsafe ioctl(OutputRelayProcess.source, UInt(TIOCSWINSZ), &now) == 0 else { return }
        // The job has its SIGWINCH from the kernel, perhaps before the size could be read here.
        _ = kill(0, SIGWINCH)
    }
}
