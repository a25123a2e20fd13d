internal import Pulse
internal import PulseMonitor

/// Knows what really happened, and holds a server to the six invariants after each step.
///
/// It shares nothing with the rules: it knows which process wrote what, and reads the contract's
/// words off that.
struct Oracle {
    private(set) var acts = Acts()
    private let settings: Settings
    private var source: SourceOracle
    private var silence: SilenceOracle
    private var curve = CurveOracle()
    private var transitions = TransitionOracle()
    private(set) var identity = IdentityOracle()
    private var hasDocument = false

    init(_ settings: Settings) {
        self.settings = settings
        source = SourceOracle(settings)
        silence = SilenceOracle(settings)
    }

    /// A server that starts without an archive knows nothing of what was.
    mutating func serverStarted() {
        self = Oracle(settings)
    }

    mutating func takeCounts() -> IdentityOracle.Counts {
        identity.takeCounts()
    }

    mutating func check(_ observation: Observation) -> Violation? {
        do {
            try examine(observation)
            return nil
        } catch {
            return error
        }
    }

    private mutating func examine(_ observation: Observation) throws(Violation) {
        let step = observation.step
        let accepted = try acceptedAct(observation)
        let act = accepted.flatMap { acts.accept($0) ? $0 : nil }
        if let served = acts.served, step.after.status != served.document {
            throw Violation(.served, "accepted, and not served: \(served)")
        }
        var beginnings: [Account.Beginning] = []
        if let act {
            let before = identity.account.current
            beginnings = try identity.check(step.events, act)
            silence.take(act, beginnings, isFirst: !hasDocument, observation)
            curve.take(act, beginnings, step.events, before: before, identity.account)
            hasDocument = true
        } else if step.events.contains(where: \.isAboutRuns) {
            throw Violation(.transitions, "a run changed without its trainer: \(step.events)")
        }
        if let served = acts.served?.document,
            step.after.hasLoss != identity.account.hasMeasured(lossOf: served)
        {
            throw Violation(.curve, "a loss of \(served.loss) is measured: \(step.after.hasLoss)")
        }
        try source.check(observation)
        try silence.check(observation)
        try transitions.check(step, act, beginnings)
        if let history = step.history { try curve.check(history) }
    }

    private func acceptedAct(_ observation: Observation) throws(Violation) -> Act? {
        guard case .accepted(let document) = observation.step.event else { return nil }
        guard case .document(let act) = observation.look?.shown, act.document == document else {
            throw Violation(.served, "accepted, and not there: \(document)")
        }
        return act
    }
}

extension RunEvent {
    /// Whether only a trainer can have caused it.
    fileprivate var isAboutRuns: Bool {
        switch self {
        case .began, .resumed, .joined, .point, .ended, .recovered: true
        case .document, .stale, .sourceChanged, .sourceFailed, .sourceRecovered: false
        }
    }
}
