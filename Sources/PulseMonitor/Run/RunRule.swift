internal import Pulse

/// What a new run is, and what a resume: the whole rule, in one table.
///
/// Documents of PULSE v2 may say which run they belong to, and nothing is guessed then. Those of v1
/// don't. In doubt it is a new run: a split run is a nuisance, two runs joined are a lie.
enum RunRule {
    /// What a document means to the run before it.
    enum Verdict: Sendable, Equatable {
        /// A new run; the one before has ended without a word, unless it had its own.
        case begins
        /// The same attempt.
        case goesOn
        /// The same run, its next attempt.
        case resumes
        /// An epoch that goes back in a run that is alive: a resume, or a document that comes late.
        /// The next document tells.
        case stepsBack
        /// The job waits; a run that was on has ended without a word.
        case waits
        /// It comes from an attempt that should be gone, and adds nothing.
        case passes
    }

    /// Judges a document by what came before.
    ///
    /// - Parameters:
    ///   - run: the current run; nil when there is none, or when `idle` has ended it.
    ///   - isStale: whether the run had been judged stale. What comes after a silence can't be a
    ///     document that was overtaken by another, so that it needs no second one to be judged.
    static func verdict(
        on document: PulseDocument, after run: Run?, isStale: Bool, rules: RunRules = .current
    ) -> Verdict {
        if document.status == .idle { return rules.idleEnds || run == nil ? .waits : .goesOn }
        guard let run else { return .begins }
        if rules.toldRunsCount, let name = document.details?.run, let told = run.told.run {
            return verdict(on: document, of: name, after: run, called: told, isStale, rules)
        }
        return guess(document, after: run, isStale, rules)
    }

    /// Judges a document that says which run it belongs to, after one that did.
    private static func verdict(
        on document: PulseDocument, of name: String, after run: Run, called told: String,
        _ isStale: Bool, _ rules: RunRules
    ) -> Verdict {
        guard name.utf8.elementsEqual(told.utf8) else { return .begins }
        guard rules.toldAttemptsCount, let attempt = document.details?.attempt,
            let before = run.told.attempt
        else {
            // Of this run in any case; which attempt it is has to be guessed.
            let guessed = guess(document, after: run, isStale, rules)
            guard guessed == .begins || guessed == .stepsBack else { return guessed }
            return document.status == .running ? .resumes : .goesOn
        }
        if attempt < before { return .passes }
        if attempt > before { return .resumes }
        let isAgain = document.status == .running && run.status != .running
        return isAgain ? .resumes : .goesOn
    }

    /// Judges a document by its status and epoch, which is all that version 1 tells.
    private static func guess(
        _ document: PulseDocument, after run: Run, _ isStale: Bool, _ rules: RunRules
    ) -> Verdict {
        let isBelow = document.epoch < run.newestEpoch
        switch (run.status, document.status) {
        // A final status ends the run before it, whatever epoch it names: who reports a crash may
        // not know it.
        case (.running, .done), (.running, .error):
            return isBelow && rules.finalEpochsCount ? .begins : .goesOn
        // Said again, or corrected: training ended well, and saving failed.
        case (_, .error): return .goesOn
        // One that lies before is of a run whose beginning was missed.
        case (_, .done): return isBelow ? .begins : .goesOn
        // Trainers say 0 several times, and some never count epochs.
        case (.running, _) where !isBelow:
            let wentBack = rules.fewerStepsBegin && hasFewerSteps(document, than: run)
            return document.epoch == 0 && (wentBack || rules.zeroAlwaysBegins) ? .begins : .goesOn
        // Whoever begins says so.
        case (_, _) where document.epoch == 0: return .begins
        case (.done, _):
            let isExtended = run.totalEpochs > 0 && document.totalEpochs > run.totalEpochs
            return isExtended && !isBelow && rules.doneRunsExtend ? .resumes : .begins
        case (.error, _) where !rules.failedRunsResume: return .begins
        case (.running, _) where !isStale && rules.stepsBackWait: return .stepsBack
        // Stale, or ended by an error.
        case (_, _): return stepBack(to: document.epoch, in: run, rules)
        }
    }

    /// Judges a step back by the document that follows it.
    ///
    /// - Returns: `.goesOn` for one that came late and is passed over, else `.begins` or
    ///   `.resumes`.
    static func verdict(
        onStepBack back: PulseDocument, in run: Run, followedBy next: PulseDocument,
        rules: RunRules = .current
    ) -> Verdict {
        switch next.status {
        case .running where next.epoch > run.newestEpoch: .goesOn
        case .done where next.epoch >= run.newestEpoch: .goesOn
        case .error where next.epoch >= run.newestEpoch: .goesOn
        // Another beginning, or none: nothing tells any more what the step back was.
        case .running where next.epoch == 0: .goesOn
        case .running where next.epoch <= run.firstEpoch && back.epoch > run.firstEpoch: .goesOn
        case .idle: .goesOn
        default: stepBack(to: back.epoch, in: run, rules)
        }
    }

    private static func hasFewerSteps(_ document: PulseDocument, than run: Run) -> Bool {
        guard let steps = document.details?.stepsDone, let newest = run.newestStep else {
            return false
        }
        return steps < newest
    }

    /// At or below the first epoch that the run itself has told, it is a trainer that counts from 1.
    private static func stepBack(to epoch: Double, in run: Run, _ rules: RunRules) -> Verdict {
        epoch <= run.firstEpoch && rules.firstEpochBegins ? .begins : .resumes
    }

    /// Whether a run that began at 0 turns out to be the next attempt of the one before it: trainers
    /// that resume say 0 first, and then jump to their checkpoint.
    ///
    /// A run that has come to its total is over, whether it said so or not: the next fold of a
    /// cross-validation follows it, or the next trial of a search.
    ///
    /// - Parameter secondAdvance: how far the run's second advance went, in epochs.
    static func joins(
        _ run: Run, to earlier: Run, secondAdvance: Double, rules: RunRules = .current
    ) -> Bool {
        guard let factor = rules.jump, let jump = run.firstAdvance, earlier.status != .done,
            earlier.totalEpochs == run.totalEpochs, !earlier.isComplete
        else { return false }
        // Decimal epochs differ in binary: 2.2 is a little more than 0.2 beyond 2.
        let isJump = jump >= factor * secondAdvance * (1 - 1e-9)
        return isJump && jump <= earlier.newestEpoch
    }
}
