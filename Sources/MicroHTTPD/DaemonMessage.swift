/// What the library itself has to say.
public struct DaemonMessage: Sendable, Hashable {
    /// One line, without its end.
    public let text: String
    /// Whether it tells what one client did (a malformed request, a lost connection) and not that
    /// the server is in trouble.
    public let isAboutClient: Bool

    /// How the messages of 0.9.75 begin that any client can provoke, each as often as it likes
    /// (`src/microhttpd/connection.c`, `connection_https.c`).
    private static let aboutClients = [
        "Closing connection (", "Connection socket is closed", "Connection was closed by remote",
        "Error processing request", "Error: received handshake message", "Failed to parse `",
        "Failed to send", "Not enough memory in pool", "Received HTTP/1.1 request without",
        "Socket has been disconnected", "Too large value", "Too late to",
    ]

    init(_ message: some BidirectionalCollection<UInt8>) {
        let isText = { (byte: UInt8) in byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r") }
        let end = message.lastIndex(where: isText).map(message.index(after:)) ?? message.startIndex
        text = String(decoding: message[..<end], as: UTF8.self)
        isAboutClient = Self.aboutClients.contains(where: text.hasPrefix)
    }

    private init(text: String, isAboutClient: Bool) {
        self.text = text
        self.isAboutClient = isAboutClient
    }

    /// The same message, telling also how many like it were left out before.
    func following(_ omitted: Int) -> DaemonMessage {
        guard omitted > 0 else { return self }
        return DaemonMessage(
            text: "\(text) (\(omitted) more were left out before)", isAboutClient: isAboutClient)
    }
}

/// Keeps a flood of messages from becoming a flood of log lines: pure.
///
/// The library repeats some messages at every turn of its loop, such as those about descriptors
/// that ran out.
struct MessageLimit {
    /// Messages let through in each minute.
    private static let perMinute = 5
    private static let minute = 60

    private var start = 0
    private var count = 0

    /// How many messages were left out before this one; nil when it is to be left out itself.
    ///
    /// - Parameter now: whole seconds of any monotonic clock, above 0.
    mutating func admit(at now: Int) -> Int? {
        var omitted = 0
        if start == 0 || now >= start + Self.minute {
            omitted = max(0, count - Self.perMinute)
            start = now
            count = 0
        }
        count += 1
        return count <= Self.perMinute ? omitted : nil
    }
}
