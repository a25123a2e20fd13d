internal import PulseMonitor

/// Many runs for files, pipes and logs: a line when a run has changed, and not too many of them.
struct RunsLines {
    /// Of each run, while it may have more to say.
    private var plain: [String: PlainLines] = [:]
    /// When each run has changed that may have to be printed.
    private var changed: [String: Duration] = [:]
    /// Sources of runs that are no more.
    private var gone: Set<String> = []
    private var isSummaryDue = false
    private var linkLines = PlainLines()

    /// For so long after a change a run may have been printed too recently.
    private static let rest = Duration.seconds(2)

    mutating func note(_ row: RunRow, at now: Moment) { changed[row.id] = now.monotonic }

    mutating func noteGone(_ row: RunRow) {
        plain[row.id] = nil
        changed[row.id] = nil
        gone.insert(row.source)
    }

    mutating func noteAll() { isSummaryDue = true }

    /// The lines without the time, oldest start first; none when nothing is to be printed yet.
    mutating func lines(
        _ overview: RunsOverview, _ rows: [String: RunRow], at now: Moment
    ) -> [String] {
        // Whatever was known before counts as known.
        guard overview.link.state.outage == nil else {
            isSummaryDue = true
            return linkLines.line(overview.link).map { [$0] } ?? []
        }
        linkLines = PlainLines()
        // A source that has another run now speaks for itself.
        if !gone.isEmpty { gone.subtract(rows.values.map(\.source)) }
        var lines = gone.sorted().map { "\($0): gone" }
        gone = []
        let due = changed.keys.compactMap { rows[$0] }.sorted { $1.place < $0.place }
        for row in due {
            let text = row.text(at: now, isWaitingForEnd: overview.link.isWaitingForEnd)
            if let line = plain[row.id, default: PlainLines()].line(text) {
                lines.append("\(row.source): \(line)")
            }
        }
        changed = changed.filter { now.monotonic - $0.value < Self.rest }
        if isSummaryDue {
            isSummaryDue = false
            lines.append(overview.problem.map { "\($0.word): \($0.reason)" } ?? overview.summary)
        }
        return lines
    }
}
