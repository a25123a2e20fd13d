package import Pulse

/// The runs of one source, and whether the current one lives: what follows from documents and from the
/// time that has passed.
///
/// Pure, with time passed in. It is what everybody judges by who follows a source: a server, which draws
/// a curve besides, and a relay, which says whose documents it sends.
package struct RunJudge: Sendable {
    /// What a document that is new led to.
    package struct Verdict {
        /// What happened to its run.
        let events: [RunEvent]
        /// Whether the run had been judged stale before it.
        let wasStale: Bool

        /// Whether the speed that was measured before is one no more: a run that was given up tells
        /// nothing about it, nor does another attempt.
        var isFresh: Bool {
            wasStale
                || events.contains { event in
                    switch event {
                    case .began, .resumed: true
                    default: false
                    }
                }
        }
    }

    private var recent: RecentDocuments
    private(set) var runs: RunSequence
    /// Of the current run, while it is running.
    private var silence: Silence?
    /// Whether the current run has been silent for too long.
    private(set) var isStale = false
    private let staleAfter: Duration
    private let rules: RunRules

    /// - Parameters:
    ///   - name: of the source.
    ///   - staleAfter: how long a running job may be silent at least before it counts as stale.
    package init(name: SourceName, staleAfter: Duration, rules: RunRules = .current) {
        self.staleAfter = staleAfter
        self.rules = rules
        recent = RecentDocuments(capacity: rules.remembered)
        runs = RunSequence(name: name, rules: rules)
    }

    /// Takes a document.
    ///
    /// - Parameters:
    ///   - mark: what its relay says of it; nil where nobody does.
    ///   - returns: whether it comes back after an error.
    ///   - age: how old it is, if it is the first of all: the others are seen as they come.
    ///   - now: time that was observed, since any fixed origin.
    /// - Returns: nil when it is known already, and no sign of life.
    package mutating func take(
        _ document: PulseDocument, mark: RunMark? = nil, returns: Bool = false, age: Duration,
        at now: Duration
    ) -> Verdict? {
        let isFirst = recent.isEmpty
        let isNew = recent.insert(document) || rules.repeatsCount
        guard isNew || (rules.returnsCount && returns) else { return nil }
        let wasStale = isStale
        isStale = false
        let stepBack = runs.stepBack
        let happened = runs.take(document, isStale: wasStale, mark: mark)
        // What is of an attempt that should be gone is no sign of life of a run that is over.
        guard document.status == .running, runs.current?.status == .running else {
            silence = nil
            return Verdict(events: happened, wasStale: wasStale)
        }
        var isNewRun = false
        var isNewAttempt = false
        for event in happened {
            switch event {
            case .began: isNewRun = true
            case .resumed: isNewAttempt = true
            default: break
            }
        }
        let begins = isNewRun || (isNewAttempt && rules.attemptsForgetGaps)
        if begins, let stepBack, runs.beginning == stepBack {
            silence?.forgetGaps()
            silence?.take(document, at: now)
        } else if begins || silence == nil {
            let isAged = isFirst && rules.firstDocumentAges
            silence = Silence(
                document, staleAfter: staleAfter, age: isAged ? age : .zero, at: now, rules: rules)
        } else {
            silence?.take(document, at: now)
        }
        let hasRecovered = wasStale && !isNewRun
        return Verdict(
            events: happened + (hasRecovered ? [.recovered] : []), wasStale: wasStale)
    }

    /// Which run and attempt the newest document belongs to; nil while there is none.
    package var mark: RunMark? {
        runs.current.map { RunMark($0.id, attempt: $0.attempt, firstEpoch: $0.firstEpoch) }
    }

    /// Judges by the time that has passed.
    ///
    /// - Returns: whether the run is stale from here on.
    package mutating func becomesStale(at now: Duration) -> Bool {
        guard let silence, !isStale, now >= silence.deadline else { return false }
        becomeStale()
        return true
    }

    /// Takes word that the run was judged stale.
    mutating func becomeStale() {
        isStale = true
        silence?.judgedStale()
    }

    /// Takes word that nobody was told of that.
    mutating func forgetStale() {
        isStale = false
    }

    /// Takes time in which there was no server out of the gap that is open.
    mutating func skip(_ time: Duration) {
        silence?.skip(time)
    }
}

extension RunJudge {
    func write(to writer: inout CheckpointWriter) {
        recent.write(to: &writer)
        runs.write(to: &writer)
        writer.write(silence) { $1.write(to: &$0) }
        writer.write(isStale)
    }

    init(
        from reader: inout CheckpointReader, name: SourceName, staleAfter: Duration,
        rules: RunRules
    ) throws(CheckpointError) {
        self.init(name: name, staleAfter: staleAfter, rules: rules)
        recent = try RecentDocuments(from: &reader, capacity: rules.remembered)
        runs = try RunSequence(from: &reader, name: name, rules: rules)
        silence = try reader.optional { reader throws(CheckpointError) in
            try Silence(from: &reader, staleAfter: staleAfter, rules: rules)
        }
        isStale = try reader.bool()
    }
}
