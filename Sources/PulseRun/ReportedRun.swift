internal import Pulse

/// A run as one source has reported it so far: its numbers and what to say about them.
struct ReportedRun: Sendable {
    /// Epochs done, with fractions.
    private(set) var epoch = 0.0
    /// Whether any report told how far the run is.
    private(set) var hasEpoch = false
    /// The newest finite loss.
    private(set) var loss = 0.0
    /// What is wrong with the newest loss; nil while it is finite.
    private(set) var lossProblem: String?
    /// Whether any finite loss was reported.
    private(set) var hasLoss = false
    /// Whether anything was reported that PULSE v1 has a place for.
    private(set) var hasReported = false
    /// Where the run is, such as `step 20 of 48`.
    private(set) var place: String?
    /// Optimizer updates done and planned, as version 2 tells them.
    private var updates = (done: nil as Double?, planned: nil as Double?)
    private var details = ReportedDetails()
    /// Nothing but evaluations and predictions was reported.
    private(set) var isEvaluation = false
    private var total: TotalEpochs
    /// The whole job counts as one epoch, because none was named.
    private var isTotalAssumed = false
    private let plannedEpochs: Double?
    private let plannedSteps: Double?
    private var hasTrained = false
    private var order = ReportOrder()

    /// - Parameters: the totals that the user gave; nil where they gave none.
    init(plannedEpochs: Double?, plannedSteps: Double? = nil) {
        self.plannedEpochs = plannedEpochs
        self.plannedSteps = plannedSteps
        total = TotalEpochs(planned: plannedEpochs)
    }

    /// Epochs planned; 0 when that isn't known.
    var totalEpochs: Double { total.value }

    /// A line for whoever watches: a loss that isn't finite comes first.
    var message: String {
        let activity = isEvaluation ? "Evaluating" : "Training"
        return lossProblem ?? place.map { "\(activity), \($0)" } ?? activity
    }

    /// Takes a report; false for one that is late, which is passed over.
    @discardableResult
    mutating func accept(_ report: ProgressReport) -> Bool {
        var report = report
        if report.tellsProgress { report.totalSteps = report.totalSteps ?? plannedSteps }
        // The steps tell more than the number of the epoch that is under way.
        if report.isEpochWhole, report.done != nil { report.epoch = nil }
        if order.isLate(report) { return false }
        details.take(report.details)
        guard report.tellsProgress else { return true }
        hasReported = true
        hasTrained = hasTrained || !report.isEvaluation
        isEvaluation = !hasTrained
        if plannedEpochs == nil, let epochs = report.totalEpochs, epochs > 0 {
            total = TotalEpochs(planned: epochs)
            isTotalAssumed = false
        }
        if isTotalAssumed, report.epoch ?? 0 > totalEpochs {
            total = TotalEpochs(planned: nil)
            isTotalAssumed = false
        }
        if report.epoch != nil || report.done != nil { hasEpoch = true }
        if let reported = report.epoch {
            if let done = report.done { total.narrow(epoch: reported, done: done) }
            epoch = reported
        }
        advance(with: report)
        // A report without steps ends the validity of the last ones.
        if report.epoch != nil { place = nil }
        if let step = report.step {
            place = "step \(Self.text(step))"
            if let totalSteps = report.totalSteps, totalSteps > 0 {
                place?.append(" of \(Self.text(totalSteps))")
            }
        }
        count(report)
        take(report)
        return true
    }

    /// The epoch from the part done: for a trainer that counts no epochs, and in place of one that
    /// rounds them, because the steps say it exactly.
    private mutating func advance(with report: ProgressReport) {
        guard let done = report.done else { return }
        let isCounted = report.epoch != nil
        if totalEpochs > 0 {
            guard done.error == 0 || !isCounted else { return }
            epoch = report.part(of: totalEpochs) ?? epoch
        } else if done.fraction > 0, !isCounted {
            // No epochs at all: the whole job is one.
            total = TotalEpochs(planned: 1)
            isTotalAssumed = true
            epoch = done.fraction
        }
    }

    /// A loss that isn't finite is named with the step where it was seen first.
    private mutating func take(_ report: ProgressReport) {
        guard let loss = report.loss else { return }
        if loss.isFinite, !report.hasLostGradient {
            self.loss = loss
            hasLoss = true
            lossProblem = nil
            return
        }
        let name = loss.isFinite || loss.isNaN ? "NaN" : loss > 0 ? "inf" : "-inf"
        let problem = "loss is \(name)"
        if lossProblem?.hasPrefix(problem) == true { return }
        let place = report.step.map { " at step \(Self.text($0))" } ?? ""
        let reason =
            loss.isFinite ? " (its gradient tells: logging_nan_inf_filter hides the loss)" : ""
        lossProblem = problem + place + reason
    }

    /// Counts the updates; the steps of an evaluation are none.
    private mutating func count(_ report: ProgressReport) {
        if report.isEvaluation {
            updates = (nil, nil)
        } else if let step = report.step {
            updates = (report.isStepIndex ? step + 1 : step, report.totalSteps)
        } else {
            // Of an epoch alone no step is known; a part of all says nothing against the last one.
            if report.epoch != nil, report.fraction == nil { updates = (nil, nil) }
            updates.planned = report.totalSteps ?? updates.planned
        }
    }

    /// What only PULSE v2 has a place for.
    var documentDetails: RunDetails {
        let planned = updates.planned ?? plannedSteps
        return details.document(
            steps: updates.done, totalSteps: planned.flatMap { $0 > 0 ? $0 : nil })
    }

    /// What is wrong with metrics, such as `eval_loss is NaN`.
    var metricProblems: [String] { details.problems }

    /// To be called when a document with the metrics was written.
    mutating func forgetMetrics() {
        details.forgetMetrics()
    }

    /// Steps are whole numbers, and huge ones have no short name.
    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? "\(number)"
    }
}
