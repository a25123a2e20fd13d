internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 daemon of libmicrohttpd with one epoll thread for each address that it listens on.
///
/// Handlers run on that thread: they pick an answer and return. No thread pool: pools and shutdown
/// don't go together in the library, and one thread keeps up with far more than a status server
/// gets.
public final class Daemon: Sendable {
    /// The port that is listened on, also when 0 was asked for.
    public let port: UInt16
    private let core: DaemonCore
    // Ownership: this daemon's, until `stop` has taken them out.
    private let running: Mutex<[RunningDaemon]>

    /// Binds, listens on every address of the configured host, and starts the threads.
    ///
    /// - Throws: ``MicroHTTPDError``.
    public convenience init(
        configuration: DaemonConfiguration, logger: @escaping @Sendable (DaemonMessage) -> Void,
        refusal: @escaping @Sendable (borrowing Request) -> Response? = { _ in nil },
        handler: @escaping @Sendable (borrowing Request) -> Reply
    ) throws(MicroHTTPDError) {
        let sockets = try ListenSockets(host: configuration.host, port: configuration.port)
        try self.init(
            on: sockets, configuration: configuration, logger: logger, refusal: refusal,
            handler: handler)
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - sockets: where to listen, whatever host and port the configuration has.
    ///   - configuration: the limits, for all addresses together.
    ///   - logger: receives the library's own messages; of those about its troubles, a few each
    ///     minute.
    ///   - refusal: called with the head of each `POST` where bodies are taken, before anything of
    ///     its body is read: a response refuses it and closes the connection, nil takes the body.
    ///   - handler: called on the daemon's thread for every request, with its whole body.
    /// - Throws: ``MicroHTTPDError``.
    public init(
        on sockets: consuming ListenSockets, configuration: DaemonConfiguration,
        logger: @escaping @Sendable (DaemonMessage) -> Void,
        refusal: @escaping @Sendable (borrowing Request) -> Response? = { _ in nil },
        handler: @escaping @Sendable (borrowing Request) -> Reply
    ) throws(MicroHTTPDError) {
        // The library blocks SIGPIPE only in its own threads.
        _ = signal(SIGPIPE, SIG_IGN)
        port = sockets.port
        core = DaemonCore(
            configuration: configuration, logger: logger, refusal: refusal, handler: handler)
        running = Mutex(try Self.start(on: sockets, configuration, core))
    }

    /// All of them, or none.
    private static func start(
        on sockets: consuming ListenSockets, _ configuration: DaemonConfiguration,
        _ core: DaemonCore
    ) throws(MicroHTTPDError) -> [RunningDaemon] {
        let sharesLimit = sockets.count > 1
        var started: [RunningDaemon] = []
        do throws(MicroHTTPDError) {
            while let socket = sockets.release() {
                started.append(
                    try RunningDaemon(
                        configuration: configuration, core: core, socket: socket,
                        sharesLimit: sharesLimit))
            }
        } catch {
            for daemon in started { daemon.stop() }
            throw error
        }
        return started
    }

    /// Closes the connections that have owed a request head, or its body, for too long.
    ///
    /// To be called about once a second.
    public func shutDownOverdueConnections() {
        core.shutDownOverdue()
    }

    /// Has every TLS session that begins from here on show another certificate.
    ///
    /// Open connections go on as they are. Without effect on a daemon of plain HTTP.
    public func use(_ credentials: TLSCredentials) {
        core.use(credentials)
    }

    /// Ends the threads and closes every connection.
    ///
    /// Idempotent; not to be called from a handler, which runs on one of them.
    ///
    /// Streams that are still open are cut off. For each to end with its final chunk, finish its
    /// ``StreamChannel`` first and wait until none is open.
    public func stop() {
        // The library aborts the process when it is stopped while a connection is suspended.
        core.finishChannels()
        running.withLock { running in
            for daemon in running { daemon.stop() }
            running = []
        }
    }

    deinit {
        stop()
    }
}

/// A started `MHD_Daemon` with the memory that it reads while it runs.
@safe private struct RunningDaemon: @unchecked Sendable {
    private let handle: OpaquePointer
    private let configuration: UnsafeMutablePointer<CMHD_Configuration>

    init(
        configuration: DaemonConfiguration, core: DaemonCore, socket: Int32, sharesLimit: Bool
    ) throws(MicroHTTPDError) {
        let values = UnsafeMutablePointer<CMHD_Configuration>.allocate(capacity: 1)
        unsafe values.initialize(to: CMHD_Configuration())
        unsafe values.pointee.flags = CMHD_event_loop | (configuration.tls == nil ? 0 : CMHD_tls)
        // From here on the library closes the listening socket, also when it fails to start, but for
        // its very first steps, such as reading the options. Then the descriptor stays open: closing
        // one that the library has closed could hit somebody else's (`MHD_start_daemon`,
        // `free_and_fail`).
        unsafe values.pointee.listen_socket = socket
        unsafe values.pointee.accept = sharesLimit ? acceptConnection : nil
        unsafe values.pointee.connection_memory = configuration.connectionMemory
        unsafe values.pointee.connection_limit = UInt32(clamping: configuration.connectionLimit)
        unsafe values.pointee.connection_timeout = UInt32(clamping: configuration.idleTimeout)
        unsafe values.pointee.handle_request = handleRequest
        unsafe values.pointee.notify_connection = notifyConnection
        unsafe values.pointee.notify_completed = notifyCompleted
        unsafe values.pointee.log = logMessage
        // Ownership: unretained; the Daemon that holds this value holds the core until `stop` has
        // returned.
        unsafe values.pointee.context = Unmanaged.passUnretained(core).toOpaque()
        guard let handle = unsafe CMHD_start_daemon(values) else {
            let reason = errno
            unsafe Self.free(values)
            throw MicroHTTPDError(.cannotStart, errno: reason, subject: configuration.host)
        }
        unsafe self.handle = handle
        unsafe self.configuration = values
    }

    func stop() {
        unsafe MHD_stop_daemon(handle)
        unsafe Self.free(configuration)
    }

    private static func free(_ values: UnsafeMutablePointer<CMHD_Configuration>) {
        unsafe values.deallocate()
    }
}
