internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// How a request is answered.
public enum Reply: Sendable {
    /// With a complete response.
    case response(Response)
    /// With an endless body.
    case stream(StreamOpening)

    /// The HTTP status code.
    public var status: Int {
        switch self {
        case .response(let response): response.status
        case .stream: 200
        }
    }
}

/// What the callbacks of one daemon share: the handler and the deadlines.
///
/// Lives as long as the daemon.
final class DaemonCore: Sendable {
    /// Why a `POST` is refused by its head; nil takes its body.
    let refusal: @Sendable (borrowing Request) -> Response?
    let handler: @Sendable (borrowing Request) -> Reply
    let bodyLimit: Int
    let bodyRefusals: [BodyAnnouncement.Refusal: Response]
    // Ownership: each thread's are its alone, and kept here until all threads have ended.
    private let allGates: Mutex<[HeadGates]> = Mutex([])
    private let headLimit: Int
    private let usesTLS: Bool
    private let logger: @Sendable (DaemonMessage) -> Void
    private let deadlines: Mutex<RequestDeadlines>
    private let troubles = Mutex(MessageLimit())
    private let channels = Mutex(ServedChannels())
    private let newestCredentials: Mutex<TLSCredentials?>
    private let connections = Atomic(0)
    private let connectionLimit: Int
    private let sendBuffer: Int32
    /// Milliseconds that a client's kernel may leave what was sent to it unacknowledged: by default
    /// a quarter of an hour passes before one that lost its power or network counts as gone.
    private let silenceLimit: Int32

    init(
        configuration: DaemonConfiguration, logger: @escaping @Sendable (DaemonMessage) -> Void,
        refusal: @escaping @Sendable (borrowing Request) -> Response?,
        handler: @escaping @Sendable (borrowing Request) -> Reply
    ) {
        self.refusal = refusal
        self.handler = handler
        bodyLimit = configuration.bodyLimit
        let refusals = bodyLimit > 0 ? BodyAnnouncement.Refusal.allCases : []
        bodyRefusals = Dictionary(
            uniqueKeysWithValues: refusals.map { ($0, Response(status: $0.status)) })
        headLimit = configuration.connectionMemory - configuration.answerMemory
        usesTLS = configuration.tls != nil
        self.logger = logger
        deadlines = Mutex(
            RequestDeadlines(
                headTimeout: configuration.headTimeout, idleTimeout: configuration.idleTimeout))
        newestCredentials = Mutex(configuration.tls)
        connectionLimit = configuration.connectionLimit
        sendBuffer = Int32(clamping: configuration.sendBuffer)
        silenceLimit = Int32(clamping: configuration.idleTimeout * 1_000)
    }

    /// What a TLS session that begins now is to show; nil without TLS.
    var credentials: TLSCredentials? { newestCredentials.withLock { $0 } }

    func use(_ credentials: TLSCredentials) {
        newestCredentials.withLock { if $0 != nil { $0 = credentials } }
    }

    func log(_ message: DaemonMessage) {
        if message.isAboutClient { return logger(message) }
        guard let omitted = troubles.withLock({ $0.admit(at: Self.now()) }) else { return }
        logger(message.following(omitted))
    }
}

extension DaemonCore {
    /// Ends the streams of every channel that was ever served, and of any that will be.
    ///
    /// From here on no connection of this daemon is suspended, so that it may be stopped.
    func finishChannels() {
        channels.withLock { $0.finish() }
    }

    /// Takes note of a channel whose stream is about to be opened.
    func serve(_ channel: any ServedChannel) {
        channels.withLock { $0.serve(channel) }
    }

    /// The channels with streams of this daemon: one for each run that somebody follows.
    private struct ServedChannels {
        private var channels: [ObjectIdentifier: any ServedChannel] = [:]
        private var isFinished = false
        /// So many are kept before those without a stream are looked for.
        private var limit = 16

        mutating func serve(_ channel: any ServedChannel) {
            if isFinished { return channel.finish(sending: []) }
            channels[ObjectIdentifier(channel)] = channel
            guard channels.count > limit else { return }
            // The newest has none yet.
            channels = channels.filter { $0.value === channel || $0.value.openStreams > 0 }
            limit = max(2 * channels.count, 16)
        }

        mutating func finish() {
            isFinished = true
            for channel in channels.values { channel.finish(sending: []) }
            channels = [:]
        }
    }
}

extension DaemonCore {
    /// Whether another connection is within the limit of all addresses together, which is more
    /// than the library knows: it counts those of each.
    var hasRoom: Bool { connections.load(ordering: .relaxed) < connectionLimit }

    /// The gates of the thread that asks, which is one of the library's, and receives through them
    /// from the first time on.
    var gates: HeadGates {
        if let gates = unsafe CMHD_filter_context() {
            return unsafe Unmanaged.fromOpaque(gates).takeUnretainedValue()
        }
        let gates = HeadGates(limit: headLimit, takesBody: bodyLimit > 0)
        allGates.withLock { $0.append(gates) }
        unsafe CMHD_filter_received(
            receiveRequest, Unmanaged.passUnretained(gates).toOpaque(), usesTLS)
        return gates
    }

    func opened(_ socket: Int32) {
        guard socket >= 0 else { return }
        connections.add(1, ordering: .relaxed)
        Self.set(SO_SNDBUF, of: SOL_SOCKET, to: sendBuffer, on: socket)
        Self.set(TCP_USER_TIMEOUT, of: Int32(IPPROTO_TCP), to: silenceLimit, on: socket)
        gates.open(Int(socket))
        deadlines.withLock { $0.opened(Int(socket), at: Self.now()) }
    }

    private static func set(_ option: Int32, of level: Int32, to value: Int32, on socket: Int32) {
        var value = value
        _ = unsafe setsockopt(
            socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func arrived(_ socket: Int32) {
        guard socket >= 0 else { return }
        deadlines.withLock { $0.arrived(Int(socket)) }
    }

    func awaitsBody(_ socket: Int32) {
        guard socket >= 0 else { return }
        deadlines.withLock { $0.awaitsBody(Int(socket), at: Self.now()) }
    }

    func answered(_ socket: Int32) {
        guard socket >= 0 else { return }
        deadlines.withLock { $0.answered(Int(socket), at: Self.now()) }
    }

    func closed(_ socket: Int32) {
        guard socket >= 0 else { return }
        connections.subtract(1, ordering: .relaxed)
        deadlines.withLock { $0.closed(Int(socket)) }
    }

    /// Shuts down each connection whose request head is overdue; the library then sees its end and
    /// closes it.
    ///
    /// Under the lock that `closed` takes, and the library calls that before it closes the
    /// descriptor: the number can't have become somebody else's.
    func shutDownOverdue() {
        deadlines.withLock { deadlines in
            for socket in deadlines.expire(at: Self.now()) {
                shutdown(Int32(socket), Int32(SHUT_RDWR))
            }
        }
    }

    /// Whole seconds of the monotonic clock; the coarse one costs no system call.
    private static func now() -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec + 1
    }
}
