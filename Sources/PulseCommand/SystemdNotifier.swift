import PulseMonitor
import Glibc
import Pulse
import ServiceLifecycle
import Synchronization

/// Tells systemd how the server is (sd_notify(3)): datagrams to `$NOTIFY_SOCKET`, without a library.
///
/// `READY=1` and `STOPPING=1` at the ends of its life, `WATCHDOG=1` from the poll loop, and a line for
/// `systemctl status`, such as `epoch 1.3 of 3, 43 %`.
final class SystemdNotifier: RunObserver, Service {
    private struct State {
        var status = ""
        var lastKeepAlive: ContinuousClock.Instant?
    }

    private let descriptor: Int32
    private let address: SocketAddress
    private let keepAlive: Duration?
    private let state = Mutex(State())

    /// Reads the environment as systemd sets it.
    ///
    /// - Returns: nil when no service manager asked to be told.
    init?(environment: (String) -> String? = EnvironmentArguments.variable) {
        guard let path = environment("NOTIFY_SOCKET"), let address = SocketAddress(path: path)
        else {
            return nil
        }
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isMine = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
        // Twice as often as must be, as sd_watchdog_enabled(3) advises.
        keepAlive =
            isMine
            ? environment("WATCHDOG_USEC").flatMap { Int64($0) }.map { .microseconds($0) / 2 } : nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func run() async throws {
        send("READY=1")
        try? await gracefulShutdown()
        send("STOPPING=1")
    }

    func began(with view: RunView) {
        notify(view)
    }

    func didPoll() {
        guard let keepAlive else { return }
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            // A little early rather than late: polls don't come at this very interval.
            if let last = state.lastKeepAlive, last + keepAlive / 2 > now { return false }
            state.lastKeepAlive = now
            return true
        }
        if isDue { send("WATCHDOG=1") }
    }

    func observe(_ events: [RunEvent], _ view: RunView) {
        notify(view)
    }

    private func notify(_ view: RunView) {
        let status = Self.status(of: view)
        let isNew = state.withLock { state in
            defer { state.status = status }
            return state.status != status
        }
        if isNew { send("STATUS=\(status)") }
    }

    /// The line for `systemctl status`.
    ///
    /// Nothing of a message is in it, so it is one line.
    static func status(of view: RunView) -> String {
        var line = "no status yet"
        if let status = view.status {
            let epochs = "epoch \(number(status.epoch)) of \(number(status.totalEpochs))"
            switch status.status {
            case .idle: line = "waiting to start"
            case .running: line = "\(epochs), \(Int(status.progress)) %"
            case .done: line = "done, \(epochs)"
            case .error: line = "failed, \(epochs)"
            }
        }
        if view.liveness == .stale { line += ", stale" }
        if view.source != .ok { line += ", source \(view.source.rawValue)" }
        return line
    }

    /// With one decimal at most: 1.25 is 1.3, 3.0 is 3.
    private static func number(_ value: Double) -> String {
        let text = "\((value * 10).rounded() / 10)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Sends without waiting: a service manager that doesn't listen must not stop the server.
    private func send(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe address.withPointer { pointer, length in
            _ = unsafe sendto(
                descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), pointer, length)
        }
    }
}
