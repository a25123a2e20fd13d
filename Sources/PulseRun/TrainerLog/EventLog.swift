internal import Pulse

/// What an event file of TensorBoard tells of a training: pure.
///
/// `SummaryWriter` makes a record of each scalar: those of one step are put together. The step of
/// a scalar that nobody knows isn't believed once a known one has come: histograms and pictures
/// may count something else.
struct EventLog: Sendable {
    private var records = EventRecords()
    private let start: Double
    private var lossTag: (rank: Int, tag: String)?
    private var isKnown = false
    private var collected: ProgressReport?
    /// Measures of a step that nothing else tells of, such as an evaluation's.
    private var aside: (step: Double, details: ReportDetails)?
    /// What the Trainer plans, where it has said so.
    private var plan = (epochs: nil as Double?, steps: nil as Double?)

    /// - Parameter start: unix seconds; what was written before belongs to an earlier run.
    init(since start: Double) {
        self.start = start
    }

    /// Why nothing more is read of the file; nil while it is.
    var problem: String? {
        if records.isGivenUp { return "is no event file, or damaged: the rest of it is not read" }
        return records.damaged > 0 ? "has records with a bad checksum, which are passed over" : nil
    }

    /// The reports that these bytes complete, one a step.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [ProgressReport] {
        var reports: [ProgressReport] = []
        for record in records.append(bytes) {
            let event = ScalarEvent(record)
            guard event.wallTime >= start, event.step >= 0 else { continue }
            if let arguments = event.arguments { takePlan(arguments) }
            for scalar in event.scalars {
                take(scalar, at: Double(event.step), &reports)
            }
        }
        if let collected { reports.append(collected) }
        collected = nil
        putAside(into: &reports)
        return reports
    }

    private mutating func putAside(into reports: inout [ProgressReport]) {
        if let aside { reports.append(ProgressReport(details: aside.details)) }
        aside = nil
    }

    /// `max_steps` overrides `num_train_epochs` where it is positive (`TrainingArguments`).
    private mutating func takePlan(_ arguments: [UInt8]) {
        guard let values = JSONValue(arguments) else { return }
        let number = { (name: String) in
            values[name]?.number.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
        }
        let steps = number("max_steps")
        plan = (epochs: steps == nil ? number("num_train_epochs") : nil, steps: steps)
    }

    private mutating func take(
        _ scalar: ScalarEvent.Scalar, at step: Double, _ reports: inout [ProgressReport]
    ) {
        let name = MetricName(scalar.tag)
        switch name {
        case .step: return
        case .evaluation: return measure(scalar, name, at: step, &reports)
        case .other where isKnown, .learningRate where isKnown:
            return measure(scalar, name, at: step, &reports)
        case .gradient:
            // The Trainer hides a NaN of its loss, which it writes first.
            if collected?.step == step { collected?.hasLostGradient = scalar.value.isNaN }
            return measure(scalar, name, at: step, &reports)
        case .loss(let rank):
            if let lossTag, (rank, scalar.tag) != lossTag, rank >= lossTag.rank {
                return measure(scalar, name, at: step, &reports)
            }
            lossTag = (rank, scalar.tag)
            isKnown = true
        case .epoch, .epochIndex: isKnown = true
        case .other, .learningRate: break
        }
        if let collected, collected.step != step { reports.append(collected) }
        if collected?.step != step { begin(step, &reports) }
        switch name {
        case .loss: collected?.loss = scalar.value
        case .epoch,
            .epochIndex where scalar.value.isFinite && scalar.value >= 0:
            collected?.epoch = scalar.value
            collected?.isEpochWhole = name == .epochIndex && scalar.value == scalar.value.rounded()
            // Lightning writes its epoch beside each number; its steps are counted from 0.
            collected?.isStepIndex = name == .epochIndex
        case .other, .learningRate: measure(scalar, name, at: step, &reports)
        default: break
        }
    }

    /// Begins a step, with what was told of it before.
    private mutating func begin(_ step: Double, _ reports: inout [ProgressReport]) {
        collected = ProgressReport(
            step: step, totalSteps: plan.steps, totalEpochs: plan.epochs)
        if let aside, aside.step == step {
            collected?.details = aside.details
            self.aside = nil
        }
        putAside(into: &reports)
    }

    /// Takes what only PULSE v2 has a place for.
    private mutating func measure(
        _ scalar: ScalarEvent.Scalar, _ name: MetricName, at step: Double,
        _ reports: inout [ProgressReport]
    ) {
        // What Lightning writes for a table of hyperparameters.
        guard scalar.tag != "hp_metric" else { return }
        if collected?.step == step {
            collected?.details.take(scalar, name)
            return
        }
        if let aside, aside.step != step { putAside(into: &reports) }
        var details = aside?.details ?? ReportDetails()
        details.take(scalar, name)
        aside = (step, details)
    }
}

extension ReportDetails {
    fileprivate mutating func take(_ scalar: ScalarEvent.Scalar, _ name: MetricName) {
        if name == .learningRate {
            take(rate: scalar.value)
        } else {
            take(metric: scalar.tag, scalar.value)
        }
    }
}
