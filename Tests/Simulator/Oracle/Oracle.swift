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
        try checkServed(view)
    }

    /// What is served is the newest accepted document: to readers of version 1 with the run's last loss
    /// where none was measured.
    private func checkServed(_ view: RunView) throws(Violation) {
        guard let served = acts.served else { return }
        let lastLoss = identity.account.current?.lastLoss ?? 0
        guard view.status == served.document.projecting(loss: lastLoss).v1 else {
            throw Violation(.served, "accepted, and not served: \(served), last loss \(lastLoss)")
        }
    }

    mutating func takeCounts() -> IdentityCounts {
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
        try checkServed(step.after)
        if let accepted, step.after.details != accepted.document.details {
            throw Violation(.served, "details are not served: \(accepted)")
        }
        if let run = identity.account.current, run.isTold,
            run.told != step.after.attempt.map({ Int64($0) })
        {
            throw Violation(
                .identity,
                "attempt \(run.told, default: "") is \(step.after.attempt, default: "none")")
        }
        if let served = acts.served?.document,
            step.after.hasLoss != identity.account.hasMeasured(lossOf: served)
        {
            throw Violation(
                .curve, "a loss of \(served.v1.loss) is measured: \(step.after.hasLoss)")
        }
        try source.check(observation)
        try silence.check(observation)
        try transitions.check(step, act, beginnings)
        if let history = step.history { try curve.check(history) }
        said = Said(step.after)
    }

    private func acceptedAct(_ observation: Observation) throws(Violation) -> Act? {
        guard case .accepted(let document) = observation.step.event else { return nil }
        guard case .document(let act) = observation.look?.shown, act.document == document else {
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
