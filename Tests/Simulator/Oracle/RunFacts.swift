internal import Pulse
internal import PulseMonitor

/// What the accepted documents of one reported run have said: the same that anybody could know.
struct RunFacts {
    let id: RunID
    /// The run that really began it.
    var owner: Int
    /// The epoch that its first document named; of an end alone nothing is known.
    let first: Double
    /// The furthest epoch of the attempt.
    var newest: Double
    var total: Double
    var status: TrainingStatus.State
    /// Whether the attempt has told of a loss.
    var hasLoss = false
    /// The run's last loss; nil before any was measured.
    var lastLoss: Double?
    /// The furthest step of the attempt, where steps are told.
    var newestStep: Int64?
    /// The attempt, as its trainer has told last; nil where none was told.
    var told: Int64?
    /// Whether every document of the run has told.
    var isTold = true

    init(_ id: RunID, _ act: Act) {
        self.id = id
        owner = act.run
        first = act.document.status == .running ? act.document.epoch : .infinity
        newest = act.document.epoch
        total = act.document.totalEpochs
        status = act.document.status
        learn(act.document)
    }

    mutating func note(_ document: PulseDocument) {
        status = document.status
        newest = max(newest, document.epoch)
        if document.status == .running || document.totalEpochs > 0 { total = document.totalEpochs }
        learn(document)
    }

    private mutating func learn(_ document: PulseDocument) {
        if document.measures { (hasLoss, lastLoss) = (true, document.loss) }
        if let step = document.details?.stepsDone { newestStep = max(newestStep ?? 0, step) }
        if let attempt = document.details?.attempt { told = attempt } else { isTold = false }
    }

    mutating func resume(_ document: PulseDocument) {
        newest = document.epoch
        hasLoss = false
        newestStep = nil
        note(document)
    }

    /// What this run, which has begun since, adds to the one that it turned out to be.
    func joined(to earlier: RunFacts) -> RunFacts {
        var joined = earlier
        (joined.newest, joined.total, joined.status) = (newest, total, status)
        let isSameAttempt = told != nil && told == earlier.told
        joined.hasLoss = hasLoss || (isSameAttempt && earlier.hasLoss)
        joined.lastLoss = lastLoss ?? earlier.lastLoss
        (joined.newestStep, joined.told) = (newestStep, told)
        joined.isTold = isTold && earlier.isTold
        return joined
    }

    /// Whether a document at epoch 0 is of a run that begins anew, by its steps: they don't go back.
    func isLeft(by document: PulseDocument) -> Bool {
        guard document.epoch == 0, let step = document.details?.stepsDone, let newestStep else {
            return false
        }
        return step < newestStep
    }
}
