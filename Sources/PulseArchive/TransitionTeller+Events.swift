internal import PulseMonitor

extension TransitionTeller {
    /// Tells of what happened, and for which run that is told from here on.
    func tell(_ notices: [TransitionNotice], of events: [RunEvent]) {
        for case .joined(let run, let earlier, _, _) in events { join(run, to: earlier) }
        if !notices.isEmpty { tell(notices) }
    }
}

extension RunEvent {
    /// Whether the newest run goes on as the one before it.
    var isJoin: Bool {
        if case .joined = self { true } else { false }
    }
}
