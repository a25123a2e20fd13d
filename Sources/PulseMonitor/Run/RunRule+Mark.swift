internal import Pulse

/// Documents whose relay says which run they belong to: it has seen all of them, and nothing is guessed.
extension RunRule {
    /// Judges a document that isn't `idle`.
    static func verdict(
        on document: PulseDocument, of id: RunID, attempt: Int, after run: Run?
    ) -> Verdict {
        guard let run, run.id == id else { return .begins }
        if attempt < run.attempt { return .passes }
        if attempt > run.attempt { return .resumes }
        // The relay doesn't know yet, either.
        let isBack = document.status == .running && document.epoch < run.newestEpoch
        return isBack && run.status == .running ? .stepsBack : .goesOn
    }

    /// Judges a step back by what its relay says of the document that follows it.
    ///
    /// - Returns: `.goesOn` for one that is passed over.
    static func verdict(
        onStepBack back: PulseDocument, in run: Run, followedBy next: PulseDocument, of id: RunID,
        attempt: Int
    ) -> Verdict {
        guard id == run.id else { return id.started == back.timestamp ? .begins : .goesOn }
        // One that lies before it began the attempt: others came between, which weren't seen.
        return attempt > run.attempt && next.epoch >= back.epoch ? .resumes : .goesOn
    }

    /// Whether the run that a mark names is the one before the current one, which turned out to be
    /// its next attempt.
    static func joins(_ run: Run, to id: RunID, _ attempt: Int, _ earlier: Run?) -> Bool {
        if let earlier { return earlier.id == id }
        return run.attempt == 1 && attempt > 1 && id.started < run.id.started
    }
}
