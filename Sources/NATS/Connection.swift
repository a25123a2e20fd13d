#if NATS
internal import CNATS
internal import Glibc

/// A connection to one server of a cluster, which finds another one by itself when that is lost.
///
/// Every call here may block for as long as the options say, so it belongs on a thread of its own.
/// The library has threads too: one that reads and one that flushes for each connection, one more
/// while it reconnects, and three for the process (timers, callbacks, clean-up).
///
/// It gives up for good when a server refuses our credentials twice (`_processAuthError` in
/// `conn.c`): the connection is ``State/closed`` then, and a new one has to be made.
@safe public final class Connection: Sendable {
    /// What a connection can be at.
    public enum State: Sendable {
        /// There is a server.
        case connected
        /// The library is looking for a server.
        case reconnecting
        /// It has given up.
        case closed
    }

    // Ownership: ours until deinit; the library takes references of its own for its threads.
    nonisolated(unsafe) let handle: OpaquePointer
    nonisolated(unsafe) let context: OpaquePointer
    /// Milliseconds.
    let timeout: Int64

    /// How soon a lost connection is tried again: at once for users, at different times for the
    /// servers, which all their clients come back to.
    private static let reconnectWait: Int64 = 200
    private static let reconnectJitter: Int64 = 300
    /// The library's two minutes would leave a connection that died silently unnoticed for four.
    private static let pingInterval: Int64 = 5_000

    /// Connects to one of the servers.
    ///
    /// Doesn't wait for a cluster that isn't there (`natsOptions_SetRetryOnFailedConnect` would):
    /// the caller decides, who can also say why.
    ///
    /// - Throws: ``NATSError``.
    public init(_ options: ConnectionOptions) throws(NATSError) {
        timeout = Int64(options.timeout / .milliseconds(1))
        var handle: OpaquePointer?
        try unsafe Self.withSettings(of: options) { settings throws(NATSError) in
            try check(unsafe natsConnection_Connect(&handle, settings))
        }
        guard let handle = unsafe handle else { throw NATSError(.other, "no connection") }
        var context: OpaquePointer?
        var settings = unsafe jsOptions()
        unsafe settings.Wait = timeout
        let status = unsafe natsConnection_JetStream(&context, handle, &settings)
        guard status == NATS_OK, let context = unsafe context else {
            let error = NATSError(status)
            unsafe natsConnection_Destroy(handle)
            throw error
        }
        unsafe self.handle = unsafe handle
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe jsCtx_Destroy(context)
        // Closes it as well.
        unsafe natsConnection_Destroy(handle)
        unsafe PermissionErrors.forget(handle)
    }

    /// Ends the connection, and its threads: every further call fails.
    ///
    /// Idempotent. Due before the process ends: OpenSSL takes itself down in `exit`, and a thread that still reads by
    /// it crashes (`OPENSSL_cleanup`).
    public func close() {
        unsafe natsConnection_Close(handle)
    }

    /// What the connection is at.
    public var state: State {
        switch unsafe natsConnection_Status(handle) {
        case NATS_CONN_STATUS_CONNECTED: .connected
        case NATS_CONN_STATUS_CLOSED: .closed
        default: .reconnecting
        }
    }

    /// How often a lost connection was replaced: what was sent to us in between may be lost.
    public var reconnects: Int {
        var counts: OpaquePointer?
        guard unsafe natsStatistics_Create(&counts) == NATS_OK else { return 0 }
        defer { unsafe natsStatistics_Destroy(counts) }
        var reconnects: UInt64 = 0
        _ = unsafe natsConnection_GetStats(handle, counts)
        _ = unsafe natsStatistics_GetCounts(counts, nil, nil, nil, nil, &reconnects)
        return Int(clamping: reconnects)
    }

    /// Makes one request, and gives a timeout its reason where there is one.
    ///
    /// Fails at once while there is no server: the library would keep what is to be sent, and send
    /// it when it is old (`natsConn_publish`).
    func request(
        _ call: (_ answer: inout jsErrCode) -> natsStatus
    ) throws(NATSError) {
        switch state {
        case .connected: break
        case .reconnecting: throw NATSError(.unreachable, "the connection is lost")
        case .closed: throw NATSError(.closed, "the connection is closed")
        }
        unsafe PermissionErrors.forget(handle)
        var answer = jsErrCode(rawValue: 0)
        let status = call(&answer)
        if status == NATS_OK { return }
        let error = NATSError(status, answer: answer)
        guard error.code == .timedOut, let reason = unsafe PermissionErrors.take(of: handle) else {
            throw error
        }
        throw NATSError(.notPermitted, "not permitted: \(reason)")
    }

    private static func withSettings(
        of options: ConnectionOptions, _ body: (OpaquePointer?) throws(NATSError) -> Void
    ) throws(NATSError) {
        var settings: OpaquePointer?
        try check(unsafe natsOptions_Create(&settings))
        // The connection has a copy.
        defer { unsafe natsOptions_Destroy(settings) }
        var urls = unsafe options.servers.map { unsafe UnsafePointer(strdup($0)) }
        defer { unsafe urls.forEach { unsafe free(UnsafeMutableRawPointer(mutating: $0)) } }
        try check(unsafe natsOptions_SetServers(settings, &urls, Int32(urls.count)))
        try check(unsafe natsOptions_SetName(settings, options.name))
        try check(unsafe natsOptions_SetErrorHandler(settings, notePermissionError, nil))
        // For ever: a cluster that comes back after a week is a cluster that comes back.
        try check(unsafe natsOptions_SetMaxReconnect(settings, -1))
        try check(unsafe natsOptions_SetReconnectWait(settings, reconnectWait))
        try check(
            unsafe natsOptions_SetReconnectJitter(settings, reconnectJitter, reconnectJitter))
        try check(unsafe natsOptions_SetPingInterval(settings, pingInterval))
        // Requests end when their connection does, not when their time is over.
        try check(unsafe natsOptions_SetFailRequestsOnDisconnect(settings, true))
        try unsafe setIdentity(of: options, settings)
        try unsafe body(settings)
    }

    private static func setIdentity(
        of options: ConnectionOptions, _ settings: OpaquePointer?
    ) throws(NATSError) {
        if options.isEncrypted { try check(unsafe natsOptions_SetSecure(settings, true)) }
        if let file = options.certificateAuthorities {
            try usable(file) { unsafe natsOptions_LoadCATrustedCertificates(settings, file) }
        }
        if let (chain, key) = options.certificate {
            try usable(chain) { unsafe natsOptions_LoadCertificatesChain(settings, chain, key) }
        }
        guard let file = options.credentials else { return }
        switch try Credentials(file: file) {
        case .signed:
            try check(unsafe natsOptions_SetUserCredentialsFromFiles(settings, file, nil))
        case .password(let user, let password):
            try check(unsafe natsOptions_SetUserInfo(settings, user, password))
        }
    }

    /// The library's own words name no file.
    private static func usable(_ file: String, _ load: () -> natsStatus) throws(NATSError) {
        let status = load()
        if status == NATS_OK { return }
        throw NATSError(.unusableFile, "\(file): \(NATSError(status).text)")
    }
}
#endif
