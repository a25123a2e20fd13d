/// How often, how many at a time, and in which order transitions are told.
package struct OutboxRules: Sendable, Equatable {
    /// How often one is told at most, until its command exits with 0.
    package var attempts = 12
    /// Between the first failure and the second attempt.
    package var firstPause = Duration.seconds(5)
    /// Each further pause is so many times the one before: twelve attempts take 22 hours.
    package var growth = 2.5
    /// Commands that run at a time.
    package var atOnce = 4
    /// How many of these may be repeats: what is new finds a place.
    package var repeatsAtOnce = 3
    /// Whether those of one run are told one at a time.
    package var oneForEachRun = true
    /// Whether a newer end of a run takes the place of a silence, or of its end, that waits.
    package var endsReplace = true
    /// Whether one that failed holds up the newer ones of its run.
    package var failuresHold = false
    /// Whether what was begun before a restart counts as an attempt.
    package var restartsCount = true
    /// How many wait at most, of one run and in all: beyond that the oldest is forgotten.
    package var limitForEachRun = 64
    package var limit = 16_384

    /// With an archive.
    package static let kept = OutboxRules()

    /// Without one: each once, one after the other, and no more than a run has in its whole life.
    package static let unkept: OutboxRules = {
        var rules = OutboxRules()
        rules.attempts = 1
        rules.atOnce = 1
        rules.endsReplace = false
        rules.limit = 16
        return rules
    }()

    /// How long to wait after so many attempts, from 1.
    package func pause(after attempts: Int) -> Duration {
        var pause = firstPause
        for _ in 1..<max(1, min(attempts, self.attempts)) { pause = pause * growth }
        return pause
    }
}
