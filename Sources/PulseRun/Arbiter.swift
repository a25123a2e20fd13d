internal import Pulse

/// Decides which of several sources is believed, and what the last word is: pure.
///
/// In this order: what the trainer writes into the status file itself, its log, its callbacks. A
/// source that has spoken once silences those below it, so that the numbers never jump between
/// two ideas of the same run.
struct Arbiter: Sendable {
    /// Who reports a run, beside the trainer's own writing of the status file.
    enum Source: Int, Sendable {
        case callback, log
    }

    /// What the status file holds, as far as it isn't our own writing.
    enum OwnWord: Sendable {
        case said(TrainingStatus)
        /// It tried: the file is there and is no PULSE v1.
        case garbled(PulseError)
    }

    /// The program's name, for the messages.
    private let program: String
    private let plannedEpochs: Double?
    private var source: Source?
    private var run: ReportedRun
    /// The trainer's newest valid word.
    private var own: TrainingStatus?
    /// Why what the trainer wrote last is invalid.
    private var garbled: PulseError?

    init(program: String, plannedEpochs: Double?) {
        self.program = program
        self.plannedEpochs = plannedEpochs
        run = ReportedRun(plannedEpochs: plannedEpochs)
    }

    /// The trainer writes the status file itself, well or badly.
    var trainerWrites: Bool { own != nil || garbled != nil }

    /// The state before the command starts (Order 16.2-FINAL, block 3.1).
    var start: StatusDraft { draft(.running, message: "Started \(program)") }

    /// For a silent command that lives: what it has reported, as it was.
    var keepAlive: StatusDraft {
        let nothing = "\(program) runs and has reported nothing yet"
        return draft(.running, message: source == nil ? nothing : run.message)
    }

    /// Takes a report of a source.
    ///
    /// Gives the state to write; nil when another source is believed, or the report is late.
    mutating func report(_ report: ProgressReport, from newer: Source) -> StatusDraft? {
        if let source, source.rawValue > newer.rawValue { return nil }
        if source != newer {
            source = newer
            run = ReportedRun(plannedEpochs: plannedEpochs)
        }
        guard run.accept(report) else { return nil }
        return trainerWrites ? nil : draft(.running, message: run.message)
    }

    /// Takes note of what the trainer wrote into the status file.
    mutating func heard(_ word: OwnWord) {
        switch word {
        case .said(let status):
            own = status
            garbled = nil
        case .garbled(let error):
            garbled = error
        }
    }

    /// The last word; nil when the trainer has said it already.
    func lastWord(_ ending: Ending) -> StatusDraft? {
        if garbled == nil, let own, own.status == .done || own.status == .error { return nil }
        let facts = numbers
        let outcome = ending.isSuccess ? completed : ending.reason
        var last = StatusDraft(
            state: ending.isSuccess ? .done : .error, epoch: facts.epoch, totalEpochs: facts.total,
            loss: facts.loss, message: outcome)
        if ending.isSuccess {
            // Done is all of it, and a total that nobody knew is what was done.
            last.totalEpochs = max(facts.total, facts.total > 0 ? 0 : facts.epoch)
            last.epoch = last.totalEpochs
        }
        if let problem = lossProblem { last.message = "\(problem); \(outcome)" }
        return last
    }

    /// The epoch of a job that is done is the total; where it really stopped must not get lost.
    private var completed: String {
        let (epoch, total, _) = numbers
        guard epoch > 0, epoch < total * Self.nearlyAll else { return "Training completed" }
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

    /// The newest numbers of whoever is believed.
    private var numbers: (epoch: Double, total: Double, loss: Double) {
        if let own { return (own.epoch, own.totalEpochs, own.loss) }
        return (run.epoch, run.totalEpochs, run.loss)
    }

    /// What is wrong with the newest loss: training that diverged must not look healthy at its end.
    private var lossProblem: String? {
        if let garbled {
            return garbled.reason == .notFinite && garbled.field == .loss
                ? garbled.description : nil
        }
        return own == nil ? run.lossProblem : nil
    }

    private func draft(_ state: TrainingStatus.State, message: String) -> StatusDraft {
        StatusDraft(
            state: state, epoch: run.epoch, totalEpochs: run.totalEpochs, loss: run.loss,
            message: message)
    }
}
