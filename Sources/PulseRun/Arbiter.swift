internal import Pulse

/// Decides which of several sources is believed, and what the final status is: pure.
///
/// What the trainer writes into the status file itself comes first, then the sources in their
/// order. One that has reported silences those below it, so that the numbers never jump between
/// two accounts of the same run. Only a lost loss is kept whoever tells of it.
struct Arbiter: Sendable {
    /// Who reports a run, beside the trainer's own writing of the status file: the last is believed
    /// first.
    enum Source: Int, Sendable, CaseIterable {
        /// Bars and lines that people read.
        case output
        /// Comma-separated values that were found.
        case table
        /// Event files of TensorBoard that were found.
        case events
        /// A `trainer_log.jsonl` that was found.
        case lines
        /// The updates of transformers 5, and of Kubeflow's SDK.
        case callback
        /// A log that the user named.
        case named

        init(_ format: TrainerLog.Format?) {
            switch format {
            case .lines: self = .lines
            case .events: self = .events
            case .table, nil: self = .table
            }
        }
    }

    /// Whose numbers are shown.
    enum Believed: Hashable, Sendable {
        /// What the command writes into the status file itself.
        case trainer
        case reports(Source)
    }

    /// What the status file holds, as far as it isn't our own writing.
    enum TrainerStatus: Sendable {
        case valid(PulseDocument)
        /// The file is there and is no PULSE.
        case invalid(PulseError)
    }

    /// The program's name, for the messages.
    private let program: String
    private let plannedEpochs: Double?
    private let plannedSteps: Double?
    /// The version of PULSE that our own documents are of.
    private let version: Int
    /// The run as each source has reported it.
    private var runs: [Source: ReportedRun] = [:]
    /// The trainer's newest valid status.
    private var valid: PulseDocument?
    /// Why what the trainer wrote last is invalid.
    private var invalid: PulseError?

    /// - Parameter version: 1 or 2; a trainer that writes the file itself decides for itself.
    init(
        program: String, plannedEpochs: Double?, plannedSteps: Double? = nil, version: Int = 1
    ) {
        self.version = version
        self.program = program
        self.plannedEpochs = plannedEpochs
        self.plannedSteps = plannedSteps
    }

    /// Who is believed; nil while nobody has reported.
    private var source: Source? {
        runs.filter(\.value.hasReported).keys.max { $0.rawValue < $1.rawValue }
    }

    private var run: ReportedRun {
        source.flatMap { runs[$0] } ?? unreported
    }

    private var unreported: ReportedRun {
        ReportedRun(plannedEpochs: plannedEpochs, plannedSteps: plannedSteps)
    }

    /// What any source says of a lost loss, the believed one first.
    private var reportedProblem: String? {
        run.lossProblem
            ?? Source.allCases.reversed().lazy.compactMap { runs[$0]?.lossProblem }.first
    }

    private var message: String { reportedProblem ?? run.message }

    /// Who is believed; nil while nobody has told anything.
    var believed: Believed? { trainerWrites ? .trainer : source.map(Believed.reports) }

    /// The trainer writes the status file itself, well or badly.
    var trainerWrites: Bool { valid != nil || invalid != nil }

    /// The state before the command starts (Order 16.2-FINAL, block 3.1).
    var start: StatusDraft { draft(.running, message: "Started \(program)") }

    /// For a silent command that lives: what it has reported, as it was.
    var keepAlive: StatusDraft {
        let nothing = "\(program) runs and has reported nothing yet"
        return draft(.running, message: source == nil ? nothing : message)
    }

    /// Takes a report of a source.
    ///
    /// Gives the state to write; nil when another source is believed, the report is late, or says
    /// nothing that the version has a place for.
    mutating func report(_ report: ProgressReport, from newer: Source) -> StatusDraft? {
        guard version == 2 || report.tellsProgress else { return nil }
        let before = reportedProblem
        var run = runs[newer] ?? unreported
        let isAccepted = run.accept(report)
        runs[newer] = run
        guard isAccepted else { return nil }
        let isBelieved = source == newer || reportedProblem != before
        return trainerWrites || !isBelieved ? nil : draft(.running, message: message)
    }

    /// To be called when a draft was written: a metric stands in one document.
    mutating func forgetMetrics() {
        if let source { runs[source]?.forgetMetrics() }
    }

    /// Takes note of what the trainer wrote into the status file.
    mutating func accept(_ status: TrainerStatus) {
        switch status {
        case .valid(let document):
            valid = document
            invalid = nil
        case .invalid(let error):
            invalid = error
        }
    }

    /// The final status; nil when the trainer has written one itself that the ending bears out.
    func finalStatus(_ ending: Ending) -> StatusDraft? {
        if invalid == nil, let valid {
            if valid.status == .error { return nil }
            if valid.status == .done, ending.isSuccess { return nil }
        }
        let facts = numbers
        let outcome = ending.isSuccess ? completed : ending.reason(afterTraining: isTrained)
        var final = facts
        final.state = ending.isSuccess ? .done : .error
        let problems = valid == nil && version == 2 ? run.metricProblems : []
        final.message = ([outcome] + problems).joined(separator: "; ")
        if ending.isSuccess {
            // Done is all of it, and a total that nobody knew is what was done.
            if facts.totalEpochs == 0 { final.totalEpochs = facts.epoch }
            final.epoch = final.totalEpochs
        }
        if let problem = lossProblem { final.message = "\(problem); \(final.message)" }
        if ending.leavesProcesses { final.message += "; processes that it started still run" }
        return final
    }

    /// Whether the training itself came to its end: what fails then is the saving, or an evaluation.
    private var isTrained: Bool {
        let facts = numbers
        return valid?.status == .done
            || facts.totalEpochs > 0 && facts.epoch >= facts.totalEpochs
    }

    /// The epoch of a job that is done is the total; where it really stopped must not get lost.
    private var completed: String {
        if source == nil, !trainerWrites { return "exit code 0; nothing was reported" }
        let (epoch, total) = (numbers.epoch, numbers.totalEpochs)
        if run.isEvaluation { return "Evaluation completed" }
        guard valid != nil || run.hasEpoch, epoch < total * Self.nearlyAll else {
            return "Training completed"
        }
        let place = "epoch \(Self.short(epoch)) of \(Self.short(total))"
        return "Training completed; the last report was \(place)"
    }

    /// Trainers report now and then: short of the total by less than this, they got there.
    private static let nearlyAll = 0.9

    /// At most two decimals.
    private static func short(_ number: Double) -> String {
        let rounded = (number * 100).rounded() / 100
        return Int64(exactly: rounded).map(String.init) ?? "\(rounded)"
    }

    /// The newest numbers of whoever is believed, in the version that they are written in.
    private var numbers: StatusDraft {
        guard let valid else { return draft(.running, message: message) }
        return StatusDraft(
            state: .running, epoch: valid.epoch, totalEpochs: valid.totalEpochs,
            loss: valid.v1.loss, message: valid.message, details: valid.details,
            hasLoss: valid.hasLoss)
    }

    /// What is wrong with the newest loss: training that diverged must not look healthy at its end.
    private var lossProblem: String? {
        if let invalid {
            return invalid.reason == .notFinite && invalid.field == .loss
                ? invalid.description : nil
        }
        return reportedProblem
    }

    private func draft(_ state: TrainingStatus.State, message: String) -> StatusDraft {
        var draft = StatusDraft(
            state: state, epoch: run.epoch, totalEpochs: run.totalEpochs, loss: run.loss,
            message: message)
        guard version == 2 else { return draft }
        draft.details = run.documentDetails
        draft.hasLoss = run.hasLoss
        draft.message = ([message] + run.metricProblems).joined(separator: "; ")
        return draft
    }
}
