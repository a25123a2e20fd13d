/// What a trainer says of itself at one moment, whichever way it says it.
struct ProgressReport: Hashable, Sendable {
    /// Optimizer steps done.
    var step: Double?
    /// `step` is the number of the last one, counted from 0: one more are done.
    var isStepIndex = false
    /// Optimizer steps planned.
    var totalSteps: Double?
    /// Epochs done, as precisely as the trainer says it.
    var epoch: Double?
    /// `epoch` names the one that is under way, and not how much of it is done.
    var isEpochWhole = false
    /// The part that is done, 0 to 1, for trainers that count no steps.
    var fraction: Double?
    /// How far `fraction` may be off.
    var fractionError = 0.0
    /// Seconds since the trainer's process began to train.
    var elapsed: Double?
    /// The newest loss, also one that isn't finite.
    var loss: Double?
    /// Epochs planned, where the trainer says it.
    var totalEpochs: Double?
    /// Steps of an evaluation or a prediction, and not of a training.
    var isEvaluation = false
    /// The gradient was NaN: so was the loss, whatever the trainer says of it.
    var hasLostGradient = false
    /// What only PULSE v2 has a place for.
    var details = ReportDetails()

    /// The same without what only PULSE v2 has a place for.
    var progress: ProgressReport {
        var report = self
        report.details = ReportDetails()
        return report
    }

    /// Whether it tells anything that PULSE v1 has a place for: an update of a callback always does,
    /// if only that the trainer lives.
    var tellsProgress: Bool {
        progress != ProgressReport() || details == ReportDetails() || details.repeatsMetrics
    }

    /// The part that is done and how far it may be off; nil when nothing tells.
    var done: (fraction: Double, error: Double)? {
        if let step, let totalSteps, totalSteps > 0, step >= 0 {
            return (min(step / totalSteps, 1), 0)
        }
        guard let fraction, fraction >= 0 else { return nil }
        return (min(fraction, 1), fractionError)
    }

    /// So much of a total; nil when nothing tells.
    ///
    /// Multiplied first: 6 of 30 steps are 0.6 of 3 epochs, and not 0.6000000000000001.
    func part(of total: Double) -> Double? {
        if let step, let totalSteps, done?.error == 0, step < totalSteps {
            return total * step / totalSteps
        }
        return done.map { total * $0.fraction }
    }
}
