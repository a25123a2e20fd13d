/// Python's text for a duration, `str(timedelta)`: `0:12:33`, `1 day, 2:03:04`.
enum ElapsedTime {
    /// Seconds; nil for any other text.
    static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ", ", omittingEmptySubsequences: false)
        guard let clock = parts.last, parts.count <= 2 else { return nil }
        let numbers = clock.split(separator: ":", omittingEmptySubsequences: false).map {
            Double($0)
        }
        guard numbers.count == 3, let hours = numbers[0], let minutes = numbers[1],
            let seconds = numbers[2]
        else { return nil }
        var days = 0.0
        if parts.count == 2 {
            let words = parts[0].split(separator: " ")
            guard words.count == 2, ["day", "days"].contains(words[1]),
                let count = Double(words[0])
            else { return nil }
            days = count
        }
        let total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return total.isFinite && total >= 0 ? total : nil
    }
}
