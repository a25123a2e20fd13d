internal import Pulse

/// Whether the document's `timestamp` can be believed: its unit, and the clock behind it.
enum TimeCheck {
    private static let name = "timestamp"

    /// Seconds that clocks may differ by: the file is read some time after it was written.
    private static let tolerance: Int64 = 5
    /// Unix time in seconds reaches this in the year 5138.
    private static let firstMilliseconds = 1e11

    static func findings(_ facts: Facts) -> [Finding] {
        guard let bytes = try? facts.file.content.get(),
            let number = JSONValue(bytes)?["timestamp"]?.number, number.isFinite
        else { return [] }
        if number >= firstMilliseconds {
            let unit =
                number < 1e14 ? "milliseconds" : number < 1e17 ? "microseconds" : "nanoseconds"
            return [
                .problem(
                    name, "timestamp is in \(unit): it means the far future.",
                    mend: "Write seconds: int(time.time()) in Python, not time.time() * 1000")
            ]
        }
        let timestamp = Int64(number)
        let ahead = timestamp - facts.now
        if ahead > tolerance {
            return [
                .problem(
                    name, "timestamp is \(span(ahead)) ahead of this machine's clock.", mend: clocks
                )
            ]
        }
        return [ageFinding(facts, timestamp)]
    }

    private static func ageFinding(_ facts: Facts, _ timestamp: Int64) -> Finding {
        guard let modified = facts.file.modified else {
            return .ok(name, "timestamp is in seconds.")
        }
        let lag = modified - timestamp
        if modified - facts.now > tolerance {
            return .problem(
                name,
                "The file was written \(span(modified - facts.now)) in the future of this machine.",
                mend: clocks)
        }
        guard lag > tolerance else {
            return .ok(name, "timestamp is in seconds and agrees with the file's own time.")
        }
        // Whole half hours up to the widest time zone: local time was taken for UTC.
        let halfHours = (lag + 900) / 1_800
        if (1...28).contains(halfHours), (lag - halfHours * 1_800).magnitude <= 5 {
            return .problem(
                name,
                "timestamp is \(span(lag)) behind the file's own time: a time zone's distance.",
                mend: "Write int(time.time()), not datetime.utcnow().timestamp()")
        }
        let text = "timestamp is \(span(lag)) behind the file's own time"
        let wasSeen = facts.writes.replacements + facts.writes.changesInPlace > 0
        return wasSeen
            ? .problem(
                name, "\(text): the writer's clock is slow, or it repeats an old time.",
                mend: clocks)
            : .note(
                name, "\(text): the file may have been copied.", mend: "If it was not: \(clocks)")
    }

    private static let clocks = "Set both machines' clocks by NTP: timedatectl set-ntp true"

    private static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
