internal import Pulse
internal import TestSupport

/// A training job: the processes that run it, one after the other, and what they say.
///
/// It decides what is said; when it is said, and how it is written, is the world's.
struct Trainer {
    /// How a process comes to be.
    enum Start: Equatable {
        /// A new run.
        case run
        /// The run of the process before, from its checkpoint.
        case resume
        /// The run of the process before, which was done, with a larger total.
        case extend
    }

    let kind: TrainerKind
    /// How far the epoch goes from one document to the next.
    let stride: Double
    /// What its machine takes for the time: unix seconds.
    var clock: Int64 = 0
    private(set) var run = 0
    private(set) var process = 0
    private(set) var isAlive = false
    private(set) var epoch = 0.0
    /// What the newest process said last; nil before its first document.
    private(set) var lastStatus: TrainingStatus.State?
    /// Whether the newest process said that it was done, whatever it said afterwards.
    private(set) var isDone = false
    private var total = 0.0
    private var planned = 0.0
    private var loss = 0.0
    private var checkpoint: Double?
    private var start = Start.run
    /// Documents of this process that come before it advances.
    private var openings = 0
    /// Documents of this process so far.
    private var documents = 0
    /// How many of them come before its first loss.
    private var silentLosses = 0
    private var serial = 0

    init(kind: TrainerKind, using random: inout SeededGenerator) {
        self.kind = kind
        stride = kind == .fromOne ? 1 : Double.random(in: 0.01...0.2, using: &random)
    }

    /// Whether there is a checkpoint to resume from.
    var canResume: Bool { checkpoint != nil && !isDone }
    /// Whether all epochs that were planned are done.
    var isComplete: Bool { documents > openings && (epoch >= planned || documents > 400) }
    var isOpening: Bool { documents <= openings }

    /// Begins a process.
    mutating func begin(_ start: Start, using random: inout SeededGenerator) {
        process += 1
        self.start = start
        isAlive = true
        documents = 0
        lastStatus = nil
        isDone = false
        openings = kind == .repeatsZero ? Int.random(in: 2...5, using: &random) : 1
        silentLosses = kind == .logsLossLate ? Int.random(in: 2...30, using: &random) : 1
        if start == .run {
            run += 1
            checkpoint = nil
            planned =
                kind == .fromOne
                ? Double(Int.random(in: 3...60, using: &random))
                : Double(Int.random(in: 1...6, using: &random))
        }
        if start == .extend { planned += Double(Int.random(in: 1...3, using: &random)) }
        total = planned
        switch start {
        case .run: epoch = kind.firstEpoch
        case .resume where kind == .resumesAtZero: epoch = 0
        case .resume: epoch = checkpoint ?? 0
        case .extend: break
        }
        if kind == .changesTotal, random.chance(0.5) { total = 0 }
        if kind == .uncounted { (epoch, total) = (0, random.chance(0.5) ? 0 : 1) }
    }

    /// The next document of a living process.
    mutating func advance(using random: inout SeededGenerator) -> Act {
        if documents == 0 {
            loss = 0
        } else if documents >= openings {
            if kind == .resumesAtZero, start == .resume, documents == 1 {
                epoch = checkpoint ?? 0
            }
            if kind == .changesTotal, random.chance(0.1) {
                total = random.chance(0.2) ? 0 : planned
            }
            epoch = epochAfterStep(using: &random)
            if random.chance(0.2) { checkpoint = epoch }
        }
        if documents >= silentLosses { loss = Double.random(in: 0.1...3, using: &random) }
        documents += 1
        return say(.running)
    }

    private func epochAfterStep(using random: inout SeededGenerator) -> Double {
        let begun = epoch.rounded(.down)
        return switch kind {
        case .uncounted: 0
        case .fromOne: epoch + 1
        case .reportsSeldom where epoch == begun:
            begun + Double.random(in: 0.8...0.98, using: &random)
        case .reportsSeldom: begun + 1
        default: epoch + stride * Double.random(in: 0.8...1.2, using: &random)
        }
    }

    /// A document of this process about what it does now.
    ///
    /// - Parameter status: what it does; another than `running` ends it.
    mutating func say(_ status: TrainingStatus.State) -> Act {
        lastStatus = status
        if status == .done { isDone = true }
        serial += 1
        return act(status, epoch: status == .idle ? 0 : epoch, loss: status == .idle ? 0 : loss)
    }

    /// The end that `pulse run` reports: it may not know how far the training was.
    mutating func sayError(knowsEpoch: Bool) -> Act {
        lastStatus = .error
        serial += 1
        return act(.error, epoch: knowsEpoch ? epoch : 0, loss: knowsEpoch ? loss : 0)
    }

    /// Ends the process, without a word.
    mutating func die() {
        isAlive = false
    }

    private func act(_ status: TrainingStatus.State, epoch: Double, loss: Double) -> Act {
        // Every number here is finite and none is negative, so this can't fail.
        guard
            let document = try? TrainingStatus(
                status: status, epoch: epoch, totalEpochs: total, loss: loss,
                message: "step \(serial)", timestamp: max(clock, 0))
        else { preconditionFailure("a trainer wrote an invalid document") }
        return Act(
            serial: serial, process: process, run: run, document: document,
            isBeginning: start == .run && status == .running && epoch == kind.firstEpoch,
            isResume: start != .run)
    }

    /// The newest act once more, with the time that it is now; nil where that would be the same.
    mutating func keepAlive(_ act: Act) -> Act? {
        guard clock > act.document.timestamp,
            let document = try? TrainingStatus(
                status: act.document.status, epoch: act.document.epoch,
                totalEpochs: act.document.totalEpochs, loss: act.document.loss,
                message: act.document.message, timestamp: clock)
        else { return nil }
        serial += 1
        return Act(
            serial: serial, process: act.process, run: act.run, document: document,
            isBeginning: act.isBeginning, isResume: act.isResume)
    }
}
