internal import Pulse
internal import PulseMonitor

/// Invariant 5: what is told of a run is what happened to it.
struct TransitionOracle {
    /// The newest act that ended or went on with a run.
    private var last: Act?

    /// Takes a step; `act` is the document that it took for the first time.
    mutating func check(
        _ step: Server.Step, _ act: Act?, _ beginnings: [Account.Beginning]
    ) throws(Violation) {
        let told = step.transitions
        try checkLiveness(step, act, told)
        try checkEnds(told, act)
        let begins = beginnings.contains { $0.event.isRunning }
        if told.contains(.running), !begins {
            throw Violation(.transitions, "told as running, and nothing had begun")
        }
        if begins, !told.contains(.running), !told.contains(.recovered) {
            throw Violation(.transitions, "a beginning wasn't told")
        }
        // What goes on after a silence has recovered, also as another attempt.
        let isRecovery = step.before?.liveness == .stale && step.events.contains(.recovered)
        if isRecovery, told.contains(.running) {
            throw Violation(.transitions, "told as running and as recovered: \(told)")
        }
        if Set(told).count < told.filter({ $0 != .running }).count {
            throw Violation(.transitions, "told twice: \(told)")
        }
        if let act, act.document.status != .idle { last = act }
    }

    private func checkLiveness(
        _ step: Server.Step, _ act: Act?, _ told: [RunTransition]
    ) throws(Violation) {
        let wasStale = step.before?.liveness == .stale
        let isStale = step.after.liveness == .stale
        if told.contains(.stale) != (isStale && !wasStale) {
            throw Violation(.transitions, "stale: told \(told.contains(.stale)), is \(isStale)")
        }
        let wasLive = step.before?.liveness == .live
        if step.after.liveness == .live, !wasLive, act == nil {
            throw Violation(.death, "live again without a document of its trainer's")
        }
        guard wasStale, !isStale, let act else { return }
        if act.document.status == .running, !told.contains(.recovered), !told.contains(.running) {
            throw Violation(.transitions, "a stale run that recovered wasn't told")
        }
    }

    /// A final status is told when its process says it first.
    private func checkEnds(_ told: [RunTransition], _ act: Act?) throws(Violation) {
        for (transition, status) in [
            (RunTransition.done, TrainingStatus.State.done), (.error, .error),
        ] {
            guard act?.document.status == status else {
                if told.contains(transition) {
                    throw Violation(.transitions, "told as \(transition), which it isn't")
                }
                continue
            }
            let isRepeated = last?.document.status == status
            // One whose process was never seen running looks like the one before, said again.
            if !isRepeated, !told.contains(transition) {
                throw Violation(.transitions, "\(transition) wasn't told")
            }
        }
    }
}

extension RunEvent {
    fileprivate var isRunning: Bool {
        switch self {
        case .began(_, _, let document): document.status == .running
        case .resumed: true
        default: false
        }
    }
}
