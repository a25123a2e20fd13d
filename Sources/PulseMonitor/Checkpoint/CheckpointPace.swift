/// When all that a monitor knows is kept, and when a journal of what has happened since is enough: pure.
package struct CheckpointPace: Sendable {
    /// Entries of the journal since the newest checkpoint.
    private var entries = 0
    private var hasCheckpoint = false

    /// So many are gone over again at the next start at most.
    private static let entryLimit = 256

    package init() {}

    /// Takes what has happened at one time.
    ///
    /// - Parameter isForced: whether the journal is no use any more.
    /// - Returns: whether the monitor is kept in whole now: with each transition, and now and then.
    package mutating func take(_ events: [RunEvent], isForced: Bool = false) -> Bool {
        entries += events.count { $0.isRemembered }
        let isWhole =
            isForced || !hasCheckpoint || entries > Self.entryLimit
            || !RunTransition.of(events).isEmpty || events.contains { $0.isJoin }
        if isWhole { (entries, hasCheckpoint) = (0, true) }
        return isWhole
    }
}

extension RunEvent {
    /// Whether a run turned out to be another one: by the word of a relay, perhaps, which a journal
    /// doesn't hold.
    fileprivate var isJoin: Bool { if case .joined = self { true } else { false } }
}
