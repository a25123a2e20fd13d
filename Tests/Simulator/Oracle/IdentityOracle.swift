internal import Pulse
internal import PulseMonitor

/// Invariant 6: the runs that are reported are those that there were.
struct IdentityOracle {
    private(set) var account = Account()
    /// Processes that have begun a run or an attempt.
    private var begun: Set<Int> = []
    /// True runs, and the id under which each was reported last.
    private var ids: [Int: RunID] = [:]
    /// Every id that was given.
    private var given: Set<RunID> = []
    /// The newest act that isn't `idle`.
    private var last: Act?
    private var isFirst = true
    /// The epochs to which a run has advanced that began at 0; nil for others.
    private var advances: [Double]?

    /// What the oracle counts.
    struct Counts {
        var splits = 0
        var resumes = 0
        var inherent: [Inherent] = []
    }
    private(set) var counts = Counts()

    /// Takes what was counted since it was asked last.
    mutating func takeCounts() -> Counts {
        defer { counts = Counts() }
        return counts
    }

    mutating func check(_ events: [RunEvent], _ act: Act) throws(Violation) -> [Account.Beginning] {
        let before = account.current
        let waiting = account.pending
        var excuse = excuse(act)
        let beginnings = try account.take(events, act)
        if let begun = beginnings.last?.act, begun !== act, begun.run != act.run,
            let run = account.current
        {
            excuse = Inherent.reason(toTake: act, for: RunFacts(run.id, begun))
        }
        for beginning in beginnings {
            try check(beginning, before, waiting, act, isExcused: excuse != nil)
        }
        if let excuse, !beginnings.contains(where: { isBeginning($0, of: act) }) {
            counts.inherent.append(excuse)
            account.setOwner(act.run)
            ids[act.run] = account.current?.id
        }
        isFirst = false
        try checkJoin(events, act)
        guard act.document.status != .idle else { return beginnings }
        if act.isResume, last?.process != act.process { counts.resumes += 1 }
        // What one document didn't show, the next one does.
        if account.pending == nil, last?.run == act.run, let owner = account.current?.owner,
            owner != act.run
        {
            throw Violation(
                .identity,
                "run \(act.run) is taken for run \(owner), as \(account.current?.id, default: "")")
        }
        last = act
        return beginnings
    }

    private func isBeginning(_ beginning: Account.Beginning, of act: Act) -> Bool {
        if case .began = beginning.event { return beginning.act === act }
        return false
    }

    /// Why the first act of a run can't be told from the current run's.
    private func excuse(_ act: Act) -> Inherent? {
        guard act.document.status != .idle, let run = account.current, run.owner != act.run
        else { return nil }
        if let waiting = account.pending, waiting.run == act.run {
            let epoch = act.document.epoch
            let isPast = act.document.status == .running ? epoch > run.newest : epoch >= run.newest
            return isPast ? .looksLate : nil
        }
        guard last?.run != act.run else { return nil }
        return Inherent.reason(toTake: act, for: run)
    }

    private mutating func check(
        _ beginning: Account.Beginning, _ before: RunFacts?, _ waiting: Act?, _ newest: Act,
        isExcused: Bool
    ) throws(Violation) {
        let act = beginning.act
        if !begun.insert(act.process).inserted {
            guard act === waiting,
                act.process != newest.process || newest.document.status != .running
            else {
                throw Violation(
                    .transitions, "process \(act.process) began twice: \(beginning.event)")
            }
            counts.inherent.append(.lateThenKilled)
        }
        switch beginning.event {
        case .began(let id, _, _):
            guard given.insert(id).inserted else {
                throw Violation(.identity, "\(id) is two runs")
            }
            if let known = ids[act.run], !isFirst {
                if act.isResume, let before, before.owner == act.run, known == before.id,
                    Inherent.isKnown(act, in: before)
                {
                    throw Violation(.identity, "a resume of \(known) is taken for a run: \(act)")
                }
                counts.splits += 1
            }
            ids[act.run] = id
            advances = act.document.epoch == 0 && act.document.status == .running ? [] : nil
        default:
            advances = nil
            let isKnown = act !== newest || !isExcused
            if isKnown, let owner = account.current?.owner, owner != act.run {
                throw Violation(.identity, "run \(act.run) is an attempt of run \(owner): \(act)")
            }
        }
    }

    /// A run that began at 0 is joined to the one before it when its documents say so, and only
    /// then.
    private mutating func checkJoin(_ events: [RunEvent], _ act: Act) throws(Violation) {
        let mustJoin = advance(to: act.document)
        guard let event = events.first(where: \.isJoin),
            case .joined(let id, let other, _, _) = event
        else {
            if mustJoin { throw Violation(.identity, "a resume at 0 was not joined: \(act)") }
            return
        }
        guard mustJoin else { throw Violation(.identity, "\(id) was joined to \(other)") }
        let owner = account.current?.owner
        try account.join(id, to: other)
        if account.current?.owner == owner {
            counts.splits -= 1
        } else {
            counts.inherent.append(.looksLikeJump)
            account.setOwner(act.run)
        }
        ids[act.run] = other
    }

    /// Whether the second advance shows that the first was a jump to a checkpoint.
    private mutating func advance(to document: TrainingStatus) -> Bool {
        guard let steps = advances else { return false }
        guard document.status == .running else {
            advances = nil
            return false
        }
        guard document.epoch > steps.last ?? 0 else { return false }
        guard let first = steps.first else {
            advances = [document.epoch]
            return false
        }
        advances = nil
        guard let run = account.current, let earlier = account.earlier else { return false }
        // One that came to its total was over, whatever it said.
        let isComplete = earlier.total > 0 && earlier.newest >= earlier.total
        return first >= 10 * (document.epoch - first) && first <= earlier.newest && !isComplete
            && earlier.status != .done && earlier.total == run.total
    }
}

extension RunEvent {
    fileprivate var isJoin: Bool {
        if case .joined = self { true } else { false }
    }
}
