/// A run as one source has reported it so far: its numbers and what to say about them.
struct ReportedRun: Sendable {
    /// Epochs done, with fractions.
    private(set) var epoch = 0.0
    /// The newest finite loss.
    private(set) var loss = 0.0
    /// What is wrong with the newest loss; nil while it is finite.
    private(set) var lossProblem: String?
    /// Where the run is, such as `step 20 of 48`.
    private(set) var place: String?
    private var total: TotalEpochs

    /// - Parameter plannedEpochs: what the user said; nil when they said nothing.
    init(plannedEpochs: Double?) {
        total = TotalEpochs(planned: plannedEpochs)
    }

    /// Epochs planned; 0 when that isn't known.
    var totalEpochs: Double { total.value }

    /// A line for whoever watches: a loss that isn't finite comes first.
    var message: String {
        lossProblem ?? place.map { "Training, \($0)" } ?? "Training"
    }

    mutating func accept(_ report: ProgressReport) {
        if let reported = report.epoch {
            if let done = report.done { total.narrow(epoch: reported, done: done) }
            epoch = reported
        }
        if let done = report.done { advance(to: done, counted: report.epoch != nil) }
        if let step = report.step {
            place = "step \(Self.text(step))"
            if let totalSteps = report.totalSteps, totalSteps > 0 {
                place?.append(" of \(Self.text(totalSteps))")
            }
        }
        if let loss = report.loss { take(loss, at: report.step) }
    }

    /// The epoch from the part done: for a trainer that counts no epochs, and in place of one that
    /// rounds them, because the steps say it exactly.
    private mutating func advance(to done: (fraction: Double, error: Double), counted: Bool) {
        if totalEpochs > 0 {
            if done.error == 0 || !counted { epoch = totalEpochs * done.fraction }
        } else if done.fraction > 0, !counted {
            // No epochs at all: the whole job is one.
            total = TotalEpochs(planned: 1)
            epoch = done.fraction
        }
    }

    private mutating func take(_ loss: Double, at step: Double?) {
        if loss.isFinite {
            self.loss = loss
            lossProblem = nil
        } else {
            let name = loss.isNaN ? "NaN" : loss > 0 ? "inf" : "-inf"
            lossProblem = "loss is \(name)" + (step.map { " at step \(Self.text($0))" } ?? "")
        }
    }

    /// Steps are whole numbers, and huge ones have no short name.
    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? "\(number)"
    }
}
