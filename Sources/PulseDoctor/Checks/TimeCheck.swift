internal import Pulse

/// Whether the document's `timestamp` can be believed: its unit, and the clock behind it.
enum TimeCheck {
    private static let name = "timestamp"

    /// Seconds that clocks may differ by: the file is read some time after it was written.
    private static let tolerance: Int64 = 5
    /// Unix time in seconds reaches this in the year 5138.
    private static let firstMilliseconds = 1e11

    static func findings(_ facts: Facts) -> [Finding] {
        document(facts) + server(facts)
    }

    /// The clock of a server that has the address: seldom another machine's, by a forwarded port.
    private static func server(_ facts: Facts) -> [Finding] {
        guard let time = facts.port.server?.time else { return [] }
        let ahead = time.clampedDifference(facts.now)
        guard ahead.magnitude > tolerance.magnitude else { return [] }
        let side = ahead > 0 ? "ahead of" : "behind"
        return [
            .problem(
                "clock",
                "The server's clock is \(span(Int64(clamping: ahead.magnitude))) \(side) this machine's.",
                fix: clocks)
        ]
    }

    private static func document(_ facts: Facts) -> [Finding] {
        guard let bytes = try? facts.file.content.get(),
            let number = JSONValue(bytes)?["timestamp"]?.number, number.isFinite
        else { return [] }
        guard number >= 0 else {
            return [
                .problem(
                    name, "timestamp is below 0: it means a time before 1970.", fix: unixTime)
            ]
        }
        guard number < firstMilliseconds else { return [unitFinding(number)] }
        // In range by now; the other times are whatever a clock and a file system hold.
        let timestamp = Int64(number)
        let ahead = timestamp.clampedDifference(facts.now)
        if ahead > tolerance {
            return [
                .problem(
                    name, "timestamp is \(span(ahead)) ahead of this machine's clock.", fix: clocks
                )
            ]
        }
        return [ageFinding(facts, timestamp)]
    }

    private static func unitFinding(_ number: Double) -> Finding {
        let unit: String? =
            switch number {
            case ..<1e14: "milliseconds"
            case ..<1e17: "microseconds"
            case ..<1e20: "nanoseconds"
            default: nil
            }
        guard let unit else {
            return .problem(
                name, "timestamp is too large in any unit: it means the far future.", fix: unixTime
            )
        }
        return .problem(
            name, "timestamp is in \(unit): it means the far future.",
            fix: "Write seconds: int(time.time()) in Python, not time.time() * 1000")
    }

    private static func ageFinding(_ facts: Facts, _ timestamp: Int64) -> Finding {
        guard let modified = facts.file.modified else {
            return .ok(name, "timestamp is in seconds.")
        }
        let ahead = modified.clampedDifference(facts.now)
        if ahead > tolerance {
            return .problem(
                name, "The file was written \(span(ahead)) in the future of this machine.",
                fix: clocks)
        }
        let lead = timestamp.clampedDifference(modified)
        // The writer's clock and the file system's may each be off by the tolerance.
        if lead > 2 * tolerance, wasSeen(facts), modified >= 0 {
            return .problem(
                name,
                "The file's own time is \(span(lead)) before timestamp, and it was written just now: "
                    + "the clock of its file system is slow.", fix: clocks)
        }
        if lead > 2 * tolerance {
            return .note(
                name,
                "The file's own time is \(span(lead)) before timestamp: something has set it back.",
                fix: "Nothing is wrong when it was copied with its times. If it was not: \(clocks)"
            )
        }
        let lag = modified.clampedDifference(timestamp)
        guard lag > tolerance else {
            return .ok(name, "timestamp is in seconds and agrees with the file's own time.")
        }
        // Whole half hours up to the widest time zone: local time was taken for UTC.
        let halfHours = lag.clampedSum(900) / 1_800
        if (1...28).contains(halfHours), (lag - halfHours * 1_800).magnitude <= 5 {
            return .problem(
                name,
                "timestamp is \(span(lag)) behind the file's own time: a time zone's distance.",
                fix: "Write int(time.time()), not datetime.utcnow().timestamp()")
        }
        let text = "timestamp is \(span(lag)) behind the file's own time"
        return wasSeen(facts)
            ? .problem(
                name, "\(text): the writer's clock is slow, or it repeats an old time.",
                fix: clocks)
            : .note(
                name, "\(text): the file may have been copied.", fix: "If it was not: \(clocks)")
    }

    private static func wasSeen(_ facts: Facts) -> Bool {
        facts.writes.replacements + facts.writes.changesInPlace > 0
    }

    private static let unixTime = "Write unix time in seconds: int(time.time()) in Python"
    private static let clocks = "Set both machines' clocks by NTP: timedatectl set-ntp true"

    private static func span(_ seconds: Int64) -> String { TimeSpan.text(seconds) }
}
