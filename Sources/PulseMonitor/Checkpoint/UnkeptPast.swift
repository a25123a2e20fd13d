/// What a server has seen of a source as long as nobody could say what was known of it before: kept in
/// memory, bounded, to be gone over again once somebody can.
package struct UnkeptPast: Sendable {
    /// What happened at one time.
    package struct Entry: Sendable {
        /// As far as a monitor needs it; see ``RunEvent/isRemembered``.
        let events: [RunEvent]
        /// What a relay said of its documents.
        let mark: RunMark?
        /// The monitor's time.
        let observed: Duration
        /// Unix seconds, by the server's clock.
        package let wallClock: Int64
        /// The transitions that somebody was told of.
        package let told: [RunTransition]

        /// Whether it is one update among others, which a curve can do without.
        let isPlain: Bool
    }

    /// When the server began with the source: monotonic time, and unix seconds.
    package let began: (now: Duration, wallClock: Int64)
    /// Oldest first.
    package private(set) var entries: [Entry] = []
    private let limit: Int

    /// - Parameter limit: entries at most, 4 or more. When there are so many, every second plain update
    ///   goes, and where that leaves too many, the oldest but for the first.
    package init(beganAt now: Duration, wallClock: Int64, limit: Int) {
        precondition(limit >= 4, "a past needs a few entries")
        began = (now, wallClock)
        self.limit = limit
    }

    /// Takes what has happened.
    ///
    /// - Parameters:
    ///   - told: the transitions that somebody was told of.
    ///   - monitor: what it led to.
    package mutating func note(
        _ events: [RunEvent], told: [RunTransition], of monitor: RunMonitor, at wallClock: Int64
    ) {
        let remembered = events.filter(\.isRemembered)
        guard !remembered.isEmpty || entries.isEmpty else { return }
        if entries.count >= limit { thin() }
        entries.append(
            Entry(
                events: remembered, mark: monitor.mark, observed: monitor.observedTime,
                wallClock: wallClock, told: told, isPlain: events.allSatisfy(\.isOfCurve)))
    }

    private mutating func thin() {
        var isKept = false
        entries = entries.enumerated().filter { index, entry in
            // The first one says which run it is.
            guard index > 0, entry.isPlain else { return true }
            isKept.toggle()
            return isKept
        }.map(\.element)
        let most = limit * 3 / 4
        if entries.count > most { entries.removeSubrange(1...(entries.count - most)) }
    }
}

extension RunEvent {
    /// Whether it says nothing but that the run went on.
    fileprivate var isOfCurve: Bool {
        switch self {
        case .document, .point: true
        default: false
        }
    }
}
