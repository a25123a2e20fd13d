import Glibc
import Logging
import Pulse

/// Log lines on stderr.
///
/// Text from outside (a status file's message, a path) can't forge a line: whatever is not
/// printable is escaped. A closed stderr, a full disk, a terminal that is held (Ctrl-S) or a pipe
/// that nobody reads loses lines and stops nothing.
struct StandardErrorLog: LogHandler {
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(format: LogFormat) {
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = Self.line(
            level: event.level, source: metadata["source"].map { "\($0)" },
            message: event.message.description, time: Self.timestamp(), format: format)
        // Not O_NONBLOCK: that would be every program's that shares the terminal.
        var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&output, 1, 0) > 0 else { return }
        unsafe line.withUnsafeBytes { bytes in
            // One write for each line keeps lines whole.
            _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    /// - Parameter source: whose run it is about, where there are several.
    static func line(
        level: Logger.Level, source: String? = nil, message: String, time: String,
        format: LogFormat
    ) -> [UInt8] {
        var json = JSONWriter()
        let message = PrintableText.escaping(message)
        switch format {
        case .json:
            json.literal("{\"time\": ")
            json.string(time)
            json.literal(", \"level\": ")
            json.string(level.rawValue)
            if let source {
                json.literal(", \"source\": ")
                json.string(source)
            }
            json.literal(", \"message\": ")
            json.string(message)
            json.literal("}\n")
            return json.bytes
        case .text:
            // JSON's escapes, without its quotes.
            json.string((source.map { "\($0): " } ?? "") + message)
            return Array("\(time) \(level.rawValue) ".utf8) + json.bytes.dropFirst().dropLast() + [
                UInt8(ascii: "\n")
            ]
        }
    }

    /// The time of day in UTC (RFC 3339), to the second.
    private static func timestamp() -> String {
        var now = time(nil)
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = unsafe strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
