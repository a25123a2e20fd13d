/// The limits of a ``Daemon``: how many connections, how much memory for each, how long they may
/// take.
public struct DaemonConfiguration: Sendable {
    /// An IP literal or a name of this machine, such as `127.0.0.1`, `::1`, `localhost`.
    ///
    /// A name may have several addresses: each is listened on.
    public var host: String
    /// The TCP port; 0 lets the system choose (``Daemon/port`` tells which).
    public var port: UInt16
    /// Open connections at most.
    ///
    /// At the limit new ones wait in the kernel's backlog (`MHD_OPTION_CONNECTION_LIMIT`), or are
    /// closed where several addresses share it; so streams are capped below it.
    public var connectionLimit: Int
    /// Bytes for the request head and the reply head of one connection
    /// (`MHD_OPTION_CONNECTION_MEMORY_LIMIT`).
    ///
    /// A longer request line is answered with 414, longer headers with 431. It stays allocated as
    /// long as the connection lasts, so it decides what an idle stream weighs.
    public var connectionMemory: Int
    /// Seconds without any byte moved before a connection is closed
    /// (`MHD_OPTION_CONNECTION_TIMEOUT`).
    ///
    /// Waiting streams are exempt: their heartbeat finds dead clients, also those that vanished
    /// without a word, when it is as long unacknowledged (`TCP_USER_TIMEOUT`).
    public var idleTimeout: Int
    /// Seconds that a client has for a whole request head, and as many for its body.
    ///
    /// The library has no such deadline: any byte resets its idle timer, so a client that sends one
    /// byte at a time would hold a connection for ever.
    public var headTimeout: Int
    /// Bytes of a `POST`'s body at most; 0 takes no body at all.
    ///
    /// A body is kept in memory until it is whole, so this and ``connectionLimit`` decide what
    /// clients can make the daemon hold.
    public var bodyLimit: Int
    /// Bytes that the kernel may buffer towards one client (`SO_SNDBUF`).
    ///
    /// Without a bound, 4 MB each.
    public var sendBuffer: Int
    /// What the first sessions are shown, for HTTPS; nil serves plain HTTP.
    ///
    /// ``Daemon/use(_:)`` has later ones shown another.
    public var tls: TLSCredentials?

    /// Bytes of ``connectionMemory`` that are kept for the head of an answer.
    ///
    /// For a longer one the library closes the connection without an answer, when the request has taken
    /// the rest.
    public private(set) var answerMemory = 704

    /// Makes a configuration with safe limits.
    public init(host: String = "127.0.0.1", port: UInt16 = 8080, connectionLimit: Int = 1_000) {
        self.host = host
        self.port = port
        self.connectionLimit = connectionLimit
        // A cookie of 4 KiB (RFC 6265 §6.1) beside a browser's other fields fits, or 6 KiB in a few fields,
        // and the head of the answer with it.
        connectionMemory = 7 * 1024
        idleTimeout = 30
        headTimeout = 10
        bodyLimit = 0
        sendBuffer = 64 * 1024
    }

    /// Makes room for answers whose heads are longer by `count` bytes, and takes none from requests.
    public mutating func addAnswerMemory(_ count: Int) {
        // The library places what it allocates from the end of this memory, which has to be aligned.
        let added = (count + 63) / 64 * 64
        answerMemory += added
        connectionMemory += added
    }
}
