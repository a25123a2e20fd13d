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
    /// What the server said of its run last.
    private var said: Said?

    init(_ settings: Settings) {
        self.settings = settings
        source = SourceOracle(settings)
        silence = SilenceOracle(settings)
    }

    /// A server that starts without an archive knows nothing of what was.
    mutating func serverStarted() {
        self = Oracle(settings)
    }

    /// A server goes on where the one before it had kept what it knew: a restart changes nothing.
    mutating func serverContinues(
        with view: RunView, _ history: RunHistory, after absence: Duration
    ) throws(Violation) {
        source = SourceOracle(settings, wasFailing: source.wasFailing)
        silence.skip(absence)
        guard said == Said(view) else {
            throw Violation(.curve, "a restart made \(Said(view)) of \(said, default: "nothing")")
        }
        try curve.check(history)
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
        said = Said(step.after)
    }

    private func acceptedAct(_ observation: Observation) throws(Violation) -> Act? {
        guard case .accepted(let document) = observation.step.event else { return nil }
        guard case .document(let act) = observation.look?.shown, act.document == document.v1 else {
            throw Violation(.served, "accepted, and not there: \(document)")
        }
        return act
    }
}

/// What outlives a server of what it says of a run.
private struct Said: Equatable {
    let run: RunID?
    let attempt: Int?
    let liveness: Liveness
    let etaSeconds: Double?
    let hasLoss: Bool

    init(_ view: RunView) {
        (run, attempt, liveness) = (view.run, view.attempt, view.liveness)
        (etaSeconds, hasLoss) = (view.etaSeconds, view.hasLoss)
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
