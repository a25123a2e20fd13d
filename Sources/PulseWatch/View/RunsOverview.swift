internal import Pulse
internal import PulseMonitor

/// All runs together in words, and whether they are current.
struct RunsOverview {
    /// Of the link alone.
    let link: WatchText
    /// Why the directory can't be listed; nil when it can.
    let listingError: String?
    /// Whether all runs were told.
    let isComplete: Bool
    let verdicts: [Verdict]

    /// In which states are told.
    private static let order: [Verdict] = [
        .running, .stale, .waiting, .broken(.invalid), .broken(.unreadable), .broken(.missing),
        .failed, .done, .replaced,
    ]

    /// Whether what is shown is what the source says now.
    var isCurrent: Bool { link.state.outage == nil && listingError == nil }

    /// `12 runs: 3 running, 1 stale, 8 done`.
    var summary: String {
        guard !verdicts.isEmpty else { return isComplete ? "no runs yet" : "reading the runs" }
        let counts = Dictionary(verdicts.map { ($0.word, 1) }, uniquingKeysWith: +)
        let parts = Self.order.compactMap { verdict in
            counts[verdict.word].map { "\($0) \(verdict.word)" }
        }
        return "\(verdicts.count) run\(verdicts.count == 1 ? "" : "s"): "
            + parts.joined(separator: ", ")
    }

    /// Why it isn't current; nil when it is.
    var problem: (word: String, reason: String)? {
        if link.state.outage != nil {
            let parts = [link.reason, link.duration].compactMap(\.self)
            return (link.verdict.word, parts.joined(separator: ", "))
        }
        if let listingError { return ("unreadable", PrintableText.escaping(listingError)) }
        return nil
    }

    /// Seconds since the newest update of a run, by the clock of the machine that judges it.
    func age(of row: RunRow) -> Int64 {
        max(0, link.state.serverTime(at: link.now).clampedDifference(row.updated))
    }
}

extension RunRow {
    /// The words for it alone.
    func text(at now: Moment, isWaitingForEnd: Bool) -> WatchText {
        var state = WatchState()
        state.take(.opened(serverTime: nil), at: now)
        state.take(.reading(reading), at: now)
        return WatchText(
            state: state, verdict: verdict, now: now, name: source,
            isWaitingForEnd: isWaitingForEnd, timeOfDay: TimeText.ofDay)
    }
}
