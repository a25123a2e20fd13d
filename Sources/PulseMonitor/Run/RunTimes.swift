internal import Pulse

/// When a run was heard of, by the clock of the machine that follows it: unix time in seconds.
package struct RunTimes: Sendable, Equatable {
    /// When its newest update arrived.
    package var updated: Int64
    /// When it ended; nil while it hasn't.
    package var ended: Int64?

    package init(updated: Int64, ended: Int64?) {
        self.updated = updated
        self.ended = ended
    }

    /// Of a run that is seen for the first time: by its document's timestamp, which is not believed
    /// beyond now.
    package init(first view: RunView, at wallClock: Int64) {
        updated = min(view.status?.timestamp ?? wallClock, wallClock)
        ended = view.liveness == .finished ? updated : nil
    }

    /// Takes what happened, and what it led to.
    package mutating func take(
        _ events: [RunEvent], to view: RunView, isNewStatus: Bool, at wallClock: Int64
    ) {
        if isNewStatus { updated = wallClock }
        for case .ended(_, let end) in events where end != .replaced { ended = wallClock }
        if view.liveness != .finished { ended = nil }
    }
}
