package import PulseMonitor

/// A rule of the contract, as it was in Pulse 0.1 or turned into its opposite: the oracle must catch
/// it, or nothing proves the rule.
package struct Mutation: Sendable {
    /// What `simulate --rule` takes.
    package let name: String
    /// What goes wrong with it, for whoever reads the table.
    package let fault: String
    package let rules: RunRules
    package let outbox: OutboxRules
    /// Whether silence is judged by the wall clock: that isn't the monitor's to choose.
    package let judgesByWallClock: Bool

    private init(
        _ name: String, _ fault: String, judgesByWallClock: Bool = false,
        _ change: (inout RunRules) -> Void = { _ in },
        telling: (inout OutboxRules) -> Void = { _ in }
    ) {
        self.name = name
        self.fault = fault
        self.judgesByWallClock = judgesByWallClock
        var rules = RunRules.current
        change(&rules)
        self.rules = rules
        var outbox = OutboxRules.kept
        telling(&outbox)
        self.outbox = outbox
    }

    /// The rules as they are.
    package static let none = Mutation("none", "")

    /// Each rule, reverted.
    package static let all = [
        Mutation("repeats", "chmod, touch, ln, cp or a remount makes a dead job live again") {
            $0.repeatsCount = true
        },
        Mutation("returns", "a directory that was away for a moment makes a dead job live again") {
            $0.returnsCount = true
        },
        Mutation("memory", "an older document that is restored makes a dead job live again") {
            $0.remembered = 1
        },
        Mutation("gap-multiplier", "a death is told after five gaps instead of three") {
            $0.gapMultiplier = 5
        },
        Mutation("habits", "one outage that ended hides the next death five times as long") {
            $0.doubtsStaleGaps = false
        },
        Mutation("gap-limit", "a single long gap hides a death for hours") {
            $0.gapLimit = 1_000_000
        },
        Mutation("keep-alive-gaps", "keep-alives hide how long the trainer's own pauses are") {
            $0.keepAlivesEndGaps = true
        },
        Mutation("attempt-habits", "the gaps of an earlier attempt hide the death of this one") {
            $0.attemptsForgetGaps = false
        },
        Mutation("first-age", "a job that died before the server's start is live") {
            $0.firstDocumentAges = false
        },
        Mutation("own-gaps", "a server that was paused takes its own silence for the trainer's") {
            $0.ownGapsCount = true
        },
        Mutation("judge-first", "a server that was paused judges before it polls") {
            $0.pollsBeforeJudging = false
        },
        Mutation(
            "wall-clock", "setting a clock makes jobs stale, or keeps dead ones alive",
            judgesByWallClock: true),
        Mutation("grace", "a writer that removes and creates fails its source at each update") {
            $0.grace = .zero
        },
        Mutation("zero-begins", "a trainer that says 0 twice begins two runs") {
            $0.zeroAlwaysBegins = true
        },
        Mutation("error-ends", "a run that failed and was resumed becomes two") {
            $0.failedRunsResume = false
        },
        Mutation("done-ends", "a run that was extended becomes two") {
            $0.doneRunsExtend = false
        },
        Mutation("late-resumes", "a line that comes late is taken for a resume") {
            $0.stepsBackWait = false
        },
        Mutation("first-epoch", "two runs of a trainer that counts from 1 become one") {
            $0.firstEpochBegins = false
        },
        Mutation("idle", "a run goes on though its job waits for the next one") {
            $0.idleEnds = false
        },
        Mutation("final-epoch", "an error that doesn't know its epoch is a run of its own") {
            $0.finalEpochsCount = true
        },
        Mutation("no-join", "a trainer that resumes at 0 loses its run") {
            $0.jump = nil
        },
        Mutation("any-jump", "a run that begins anew is joined to the one before it") {
            $0.jump = 1
        },
        Mutation("replaced", "a run that another followed is told as stale") {
            $0.replacedIsStale = true
        },
        Mutation("zero-loss", "a loss of 0 that nobody measured is in the curve") {
            $0.zeroLossCounts = true
        },
        Mutation("told-runs", "a run that says which one it is is guessed at") {
            $0.toldRunsCount = false
        },
        Mutation("told-attempts", "an attempt that says which one it is is guessed at") {
            $0.toldAttemptsCount = false
        },
        Mutation("null-points", "a loss of null is in the curve") {
            $0.nullLossCounts = true
        },
        Mutation("null-zero", "a loss of null is 0 to readers of version 1, whatever was before") {
            $0.lastLossStands = false
        },
        Mutation("fewer-steps", "a run whose steps begin anew is the one before, at epoch 0") {
            $0.fewerStepsBegin = false
        },
        Mutation("late-points", "the curve goes back") {
            $0.lateIsPoint = true
        },
        Mutation("no-cut", "what was done twice is in the curve twice") {
            $0.resumesCut = false
        },
        Mutation("journal", "a restart forgets what happened since the checkpoint") {
            $0.journalCounts = false
        },
        Mutation("absence", "a restart hides a death for as long as there was no server") {
            $0.absenceCounts = false
        },
        Mutation("absence-gap", "time without a server is taken for a habit of the trainer's") {
            $0.absenceIsGap = true
        },
        Mutation("tell-again", "a restart tells once more that a run is stale, or its source fails")
        {
            $0.restartsTellAgain = true
        },
        Mutation(
            "one-attempt", "a receiver that is away for a moment is never told",
            telling: { $0.attempts = 1 }),
        Mutation(
            "restarts", "a receiver that is away is told without end, start after start",
            telling: { $0.restartsCount = false }),
        Mutation(
            "failures-hold", "what can't be told holds up what happened since",
            telling: { $0.failuresHold = true }),
        Mutation(
            "one-for-each", "two commands of a run tell of it at a time",
            telling: { $0.oneForEachRun = false }),
        Mutation(
            "late-silence", "a silence is told after the end of its run",
            telling: { $0.endsReplace = false }),
    ]
}
