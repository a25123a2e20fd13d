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

    private(set) var counts = IdentityCounts()

    /// Takes what was counted since it was asked last.
    mutating func takeCounts() -> IdentityCounts {
        defer { counts = IdentityCounts() }
        return counts
    }

    mutating func check(_ events: [RunEvent], _ act: Act) throws(Violation) -> [Account.Beginning] {
        let before = account.current
        let waiting = account.pending
        let told = Told(act, after: account)
        var excuse = told == nil ? self.excuse(act) : nil
        let beginnings = try account.take(events, act)
        try told?.check(events, beginnings, act)
        if let begun = beginnings.last?.act, begun !== act, begun.run != act.run,
            let run = account.current
        {
            excuse = Inherent.reason(toTake: act, for: RunFacts(run.id, begun))
        }
        for (index, beginning) in beginnings.enumerated() {
            // Of what went back it is judged whose it is as it was then.
            let owner = (index == beginnings.count - 1 ? account.current : before)?.owner
            let isNew = begun.insert(beginning.act.process).inserted
            if !isNew, told == nil { try checkAgain(beginning, waiting, act) }
            try check(beginning, of: owner, before, act, isExcused: excuse != nil)
        }
        if let excuse, !beginnings.contains(where: { isBeginning($0, of: act) }) {
            counts.inherent.append(excuse)
            account.setOwner(act.run)
            ids[act.run] = account.current?.id
        }
        isFirst = false
        guard !account.isPassed else { return beginnings }
        try checkJoin(events, act, told)
        try checkEnd(events)
        guard act.document.status != .idle else { return beginnings }
        if act.isResume, last?.process != act.process {
            counts[Dialect(act.document)].seen += 1
        }
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
        _ beginning: Account.Beginning, of owner: Int?, _ before: RunFacts?, _ newest: Act,
        isExcused: Bool
    ) throws(Violation) {
        let act = beginning.act
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
                counts[Dialect(act.document)].splits += 1
            }
            ids[act.run] = id
            advances = act.document.epoch == 0 && act.document.status == .running ? [] : nil
        default:
            advances = nil
            let isKnown = act !== newest || !isExcused
            if isKnown, let owner, owner != act.run {
                throw Violation(.identity, "run \(act.run) is an attempt of run \(owner): \(act)")
            }
        }
    }

    /// A process begins once, unless a line of it came late.
    private mutating func checkAgain(
        _ beginning: Account.Beginning, _ waiting: Act?, _ newest: Act
    ) throws(Violation) {
        let act = beginning.act
        guard act === waiting,
            act.process != newest.process || newest.document.status != .running
        else {
            throw Violation(
                .transitions, "process \(act.process) began twice: \(beginning.event)")
        }
        counts.inherent.append(.lateThenKilled)
    }

    /// A run that began at 0 is joined to the one before it when its documents say so, and only
    /// then.
    private mutating func checkJoin(
        _ events: [RunEvent], _ act: Act, _ told: Told?
    ) throws(Violation) {
        let mustJoin = told == .returns || advance(to: act.document)
        guard let event = events.first(where: \.isJoin),
            case .joined(let id, let other, _, _) = event
        else {
            if mustJoin { throw Violation(.identity, "a resume at 0 was not joined: \(act)") }
            return
        }
        guard mustJoin else { throw Violation(.identity, "\(id) was joined to \(other)") }
        advances = nil
        let owner = account.current?.owner
        try account.join(id, to: other)
        if account.current?.owner == owner {
            counts[Dialect(act.document)].splits -= 1
        } else {
            counts.inherent.append(.looksLikeJump)
            account.setOwner(act.run)
        }
        ids[act.run] = other
    }

    /// It is the current run that ends with a status of its own.
    private func checkEnd(_ events: [RunEvent]) throws(Violation) {
        for case .ended(let id, let ending) in events
        where ending != .replaced && id != account.current?.id {
            throw Violation(
                .transitions, "\(id) ended, and is \(account.current?.id, default: "none")")
        }
    }

    /// Whether the second advance shows that the first was a jump to a checkpoint.
    private mutating func advance(to document: PulseDocument) -> Bool {
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
        // Two that say who they are are two.
        return (run.told == nil || earlier.told == nil)
            && first >= 10 * (document.epoch - first) && first <= earlier.newest && !isComplete
            && earlier.status != .done && earlier.total == run.total
    }
}
