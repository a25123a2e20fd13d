internal import Glibc

/// The newest end of the output, on its way from the output relay to the reporter.
///
/// It is sent a few times a second, whatever passes: what a command prints costs no more the more it
/// prints. Nobody waits for it: what can't be sent is passed over for what comes next.
struct OutputWindow {
    private let socket: Int32
    private var isNew = false
    private var passed: Int64 = 0
    private var sent: Int64 = 0

    /// Milliseconds between two.
    private static let interval: Int64 = 200

    init(socket: Int32) {
        self.socket = socket
    }

    /// Takes note that so many bytes have passed.
    mutating func note(_ count: Int) {
        isNew = true
        passed += Int64(count)
    }

    /// Milliseconds until one is due; -1 when nothing has passed.
    var due: Int32 {
        isNew ? Int32(max(0, min(sent + Self.interval - Self.now, Self.interval))) : -1
    }

    /// Sends the end of what has passed, when it is due or the last one.
    mutating func send(_ tail: [UInt8], isLast: Bool = false) {
        guard isNew, isLast || due == 0 else { return }
        isNew = false
        sent = Self.now
        let end = OutputTail(end: passed, bytes: tail.suffix(OutputLog.window)).packet
        _ = unsafe Glibc.send(
            socket, end, end.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    /// The newest that has come; nil when none has since the last call.
    static func newest(from socket: Int32) -> OutputTail? {
        var newest: OutputTail?
        var bytes = [UInt8](repeating: 0, count: OutputTail.headCount + OutputLog.window)
        while true {
            let count = unsafe recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return newest }
            newest = OutputTail(packet: bytes.prefix(count)) ?? newest
        }
    }

    private static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
