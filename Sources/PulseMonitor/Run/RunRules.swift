/// The decisions by which runs are told apart and judged: what the contract fixes, in one value.
///
/// Production uses ``current`` and nothing else. The simulator reverts them one at a time, to see
/// that each is needed: `Tests/Simulator/Mutation.swift`.
package struct RunRules: Sendable {
    /// The rules as they are.
    package static let current = RunRules()

    // Sign of life:

    /// How many documents are remembered, so that none counts twice.
    package var remembered = 64
    /// Whether a document that comes again is a sign of life.
    package var repeatsCount = false
    /// Whether one that comes back after an error is.
    package var returnsCount = false

    // Silence:

    /// How many times the longest gap of an attempt may pass in silence: slow evaluations are no
    /// death.
    package var gapMultiplier = 3
    /// How many times `--stale-after` a gap counts at most, so that no single one hides a death for
    /// hours.
    package var gapLimit = 12
    /// Whether a gap in which the run was judged stale counts only once it has come again.
    package var doubtsStaleGaps = true
    /// Whether a keep-alive ends a gap.
    package var keepAlivesEndGaps = false
    /// Whether another attempt has habits of its own.
    package var attemptsForgetGaps = true
    /// Whether the age of the first document of all counts.
    package var firstDocumentAges = true
    /// Whether time in which the server didn't poll is silence.
    package var ownGapsCount = false
    /// Whether the server polls after such a time before it judges.
    package var pollsBeforeJudging = true
    /// How long a file may be missing or torn before that is reported.
    package var grace = Duration.milliseconds(200)

    // Restarts:

    /// Whether what has happened since the checkpoint is gone over again.
    package var journalCounts = true
    /// Whether time without a server is silence.
    package var absenceCounts = true
    /// Whether time without a server is a pause of the trainer's.
    package var absenceIsGap = false
    /// Whether what was told of silence and source is told again.
    package var restartsTellAgain = false

    // Runs:

    /// Whether epoch 0 begins a run though the one before hasn't advanced.
    package var zeroAlwaysBegins = false
    /// Whether a run that failed may go on.
    package var failedRunsResume = true
    /// Whether a run that was done may go on with a larger total.
    package var doneRunsExtend = true
    /// Whether a step back is judged by the document that follows it.
    package var stepsBackWait = true
    /// Whether a step back to the first epoch that the run has told is a new run.
    package var firstEpochBegins = true
    /// Whether `idle` ends a run.
    package var idleEnds = true
    /// Whether a final status ends a run whatever epoch it names.
    package var finalEpochsCount = false
    /// How many times the second advance of a run that began at 0 the first must be, to be the jump
    /// to a checkpoint; nil when such runs are never joined to the one before.
    package var jump: Double? = 10
    /// Whether a run that another follows is told as stale.
    package var replacedIsStale = false

    // Runs of PULSE v2:

    /// Whether a run that says which one it is isn't guessed at.
    package var toldRunsCount = true
    /// Whether an attempt that says which one it is isn't.
    package var toldAttemptsCount = true
    /// Whether fewer steps at epoch 0 begin a run.
    package var fewerStepsBegin = true

    // The curve:

    /// Whether a loss of 0 is a point before the attempt has told of another.
    package var zeroLossCounts = false
    /// Whether a loss of null is a point.
    package var nullLossCounts = false
    /// Whether a loss of null is the run's last one to readers of version 1.
    package var lastLossStands = true
    /// Whether a document that came late is a point.
    package var lateIsPoint = false
    /// Whether the curve is cut where the run resumes.
    package var resumesCut = true
}
