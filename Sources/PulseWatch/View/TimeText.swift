internal import Glibc

/// Points in time for a person.
enum TimeText {
    /// `14:05:09`, of the place where the terminal is.
    static func ofDay(_ time: Int64) -> String {
        format("%H:%M:%S", time, isLocal: true)
    }

    /// `2024-11-28T14:05:09Z`, as in the server's log: UTC, RFC 3339.
    static func ofLog(_ time: Int64) -> String {
        format("%Y-%m-%dT%H:%M:%SZ", time, isLocal: false)
    }

    private static func format(_ form: String, _ time: Int64, isLocal: Bool) -> String {
        var time = time_t(time)
        var parts = unsafe tm()
        _ = unsafe isLocal ? localtime_r(&time, &parts) : gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = unsafe strftime(&buffer, buffer.count, form, &parts)
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
