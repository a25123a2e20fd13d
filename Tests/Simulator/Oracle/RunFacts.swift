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

    init(_ id: RunID, _ act: Act) {
        self.id = id
        owner = act.run
        first = act.document.status == .running ? act.document.epoch : .infinity
        newest = act.document.epoch
        total = act.document.totalEpochs
        status = act.document.status
        hasLoss = act.document.loss != 0
    }

    mutating func note(_ document: TrainingStatus) {
        status = document.status
        newest = max(newest, document.epoch)
        if document.status == .running || document.totalEpochs > 0 { total = document.totalEpochs }
        if document.loss != 0 { hasLoss = true }
    }

    mutating func resume(_ document: TrainingStatus) {
        newest = document.epoch
        hasLoss = false
        note(document)
    }
}
