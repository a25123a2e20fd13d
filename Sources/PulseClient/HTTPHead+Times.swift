internal import Glibc

extension HTTPHead {
    /// The server's unix time when it answered, from `Date` (RFC 9110 §6.6.1).
    package var serverTime: Int64? {
        self["date"].flatMap { HTTPDate.unixTime($0, now: Int64(time(nil))) }
    }

    /// How long the server asks to wait (RFC 9110 §10.2.3): a number of seconds, or a date by its own
    /// clock.
    ///
    /// - Parameter now: the unix time, where the server doesn't tell its own.
    package func retryAfter(now: Int64) -> Duration? {
        guard let text = self["retry-after"], !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More than a number holds is still a number.
            return .seconds(Int32(text) ?? .max)
        }
        guard let date = HTTPDate.unixTime(text, now: now) else { return nil }
        return .seconds(max(0, date - (serverTime ?? now)))
    }
}
