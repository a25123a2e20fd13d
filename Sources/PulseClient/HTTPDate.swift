/// The time in a `Date` or `Retry-After` field (RFC 9110 §5.6.7), in each of the three forms that a
/// recipient has to take.
package enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; nil for anything that is no date.
    ///
    /// - Parameter now: the unix time by which a year of two digits is completed.
    package static func unixTime(_ text: String, now: Int64) -> Int64? {
        let parts = text.split(separator: " ")
        switch parts.count {
        // Sun, 06 Nov 1994 08:49:37 GMT
        case 6 where parts[5] == "GMT":
            return time(day: parts[1], month: parts[2], year: number(parts[3]), clock: parts[4])
        // Sunday, 06-Nov-94 08:49:37 GMT
        case 4 where parts[3] == "GMT":
            let date = parts[1].split(separator: "-")
            guard date.count == 3 else { return nil }
            let year = number(date[2]).map { completed($0, now: now) }
            return time(day: date[0], month: date[1], year: year, clock: parts[2])
        // Sun Nov  6 08:49:37 1994
        case 5: return time(day: parts[2], month: parts[1], year: number(parts[4]), clock: parts[3])
        default: return nil
        }
    }

    private static func time(
        day: Substring, month: Substring, year: Int64?, clock: Substring
    ) -> Int64? {
        let clock = clock.split(separator: ":").compactMap(number)
        guard let day = number(day), let month = months.firstIndex(of: String(month)), let year,
            (1970...9999).contains(year), (1...31).contains(day), clock.count == 3, clock[0] < 24,
            clock[1] < 60, clock[2] <= 60
        else { return nil }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return ((days * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]
    }

    /// Digits only, without a sign.
    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? Int64(text) : nil
    }

    /// A year of two digits that seems more than 50 years ahead is one of the past.
    private static func completed(_ year: Int64, now: Int64) -> Int64 {
        guard year < 100 else { return year }
        let present = 1970 + max(0, now) / 31_556_952
        let candidate = present - present % 100 + year
        return candidate > present + 50 ? candidate - 100 : candidate
    }

    /// By the proleptic Gregorian calendar.
    ///
    /// Years are counted from March, so that the day that comes every four years is the last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let daysOfYears = marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400
        // 719,468 days lie between 1 March of the year 0 and 1 January 1970.
        return daysOfYears + dayOfYear - 719_468
    }
}
