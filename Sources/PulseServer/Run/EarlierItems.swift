internal import PulseMonitor

/// The runs that are over, as a list shows them: pure.
struct EarlierItems: Sendable {
    /// Each by its id.
    private(set) var runs: [String: (run: ArchivedRun, item: RunItem)] = [:]
    /// The ids of runs that turned out to be resumes, and what they are called now.
    private(set) var aliases: [String: String] = [:]

    /// In no order.
    var items: [RunItem] { runs.values.map(\.item) }

    /// Takes what there is now; who is unchanged keeps what was rendered of it.
    ///
    /// - Returns: what is new or has changed, and the ids of what is gone.
    mutating func take(_ now: ArchivedRuns) -> (new: [RunItem], gone: [String]) {
        var next: [String: (run: ArchivedRun, item: RunItem)] = [:]
        var new: [RunItem] = []
        // The newest of two sources with the same name comes first.
        for run in now.runs where next[run.id.description] == nil {
            let id = run.id.description
            if let known = runs[id], known.run == run {
                next[id] = known
            } else {
                let item = RunItem(run)
                next[id] = (run, item)
                new.append(item)
            }
        }
        let gone = runs.keys.filter { next[$0] == nil }
        runs = next
        aliases = Dictionary(
            uniqueKeysWithValues: now.aliases.map { ($0.key.description, $0.value.description) })
        return (new, gone)
    }
}
