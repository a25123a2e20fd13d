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
    private let dialects: [Dialect]
    /// How far the epoch goes from one document to the next.
    let stride: Double
    /// What its machine takes for the time: unix seconds.
    var clock: Int64 = 0
    private(set) var run = 0
    /// How the run's documents are written.
    private(set) var dialect = Dialect.version1
    private(set) var process = 0
    private(set) var isAlive = false
    private(set) var epoch = 0.0
    /// What the newest process said last; nil before its first document.
    private(set) var lastStatus: TrainingStatus.State?
    /// Whether the newest process said that it was done, whatever it said afterwards.
    private(set) var isDone = false
    private var total = 0.0
    private var planned = 0.0
    /// The newest loss; nil where none was measured, for which version 1 has 0.
    private var loss: Double?
    private var checkpoint: Double?
    private var start = Start.run
    /// Documents of this process that come before it advances.
    private var openings = 0
    /// Documents of this process so far.
    private var documents = 0
    /// How many of them come before its first loss.
    private var silentLosses = 0
    private var serial = 0
    private var details: TrainerDetails
    /// What the process before has yet to say, though it should be gone.
    private var ghost: Act?

    init(kind: TrainerKind, dialects: [Dialect], using random: inout SeededGenerator) {
        self.kind = kind
        self.dialects = dialects
        details = TrainerDetails(
            tellsSteps: dialects != [.version1] && random.chance(0.8))
        stride = kind == .fromOne ? 1 : Double.random(in: 0.01...0.2, using: &random)
    }

    /// Whether there is a checkpoint to resume from.
    var canResume: Bool { checkpoint != nil && !isDone }
    /// Whether all epochs that were planned are done.
    var isComplete: Bool { documents > openings && (epoch >= planned || documents > 400) }
    var isOpening: Bool { documents <= openings }
    /// Whether a document may come late without being another's: at epoch 0 fewer steps are a new run,
    /// unless the run is told.
    var mayBeLate: Bool { !isOpening && !(kind == .uncounted && dialect == .untold) }

    /// Begins a process.
    mutating func begin(_ start: Start, using random: inout SeededGenerator) {
        ghost = nil
        if start == .resume, dialect == .told, lastStatus == .running, random.chance(0.1) {
            serial += 1
            ghost = act(.running, epoch: kind == .uncounted ? 0 : epoch + stride, loss: loss)
        }
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
            dialect = dialects.count == 1 ? dialects[0] : random.pick(dialects)
            checkpoint = nil
            planned =
                kind == .fromOne
                ? Double(Int.random(in: 3...60, using: &random))
                : Double(Int.random(in: 1...6, using: &random))
        }
        if start == .extend { planned += Double(Int.random(in: 1...3, using: &random)) }
        total = planned
        details.begin(start)
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
            loss = nil
        } else if documents >= openings {
            if kind == .resumesAtZero, start == .resume, documents == 1 {
                epoch = checkpoint ?? 0
            }
            if kind == .changesTotal, random.chance(0.1) {
                total = random.chance(0.2) ? 0 : planned
            }
            epoch = epochAfterStep(using: &random)
            if dialect != .version1 { details.advance(using: &random) }
            if random.chance(0.2) {
                checkpoint = epoch
                details.save()
            }
        }
        if documents >= silentLosses {
            loss = Double.random(in: 0.1...3, using: &random)
            if dialect != .version1 { loss = details.told(loss, using: &random) }
        }
        documents += 1
        return say(.running)
    }

    /// What a process says that should be gone, after a document of the one that took its place; nil where
    /// there is none.
    mutating func takeGhost(using random: inout SeededGenerator) -> Act? {
        guard ghost != nil, documents > 0, random.chance(0.3) else { return nil }
        defer { ghost = nil }
        return ghost
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
        return act(status, epoch: status == .idle ? 0 : epoch, loss: status == .idle ? nil : loss)
    }

    /// The end that `pulse run` reports: it may not know how far the training was.
    mutating func sayError(knowsEpoch: Bool) -> Act {
        lastStatus = .error
        serial += 1
        return act(.error, epoch: knowsEpoch ? epoch : 0, loss: knowsEpoch ? loss : nil)
    }

    /// Ends the process, without a word.
    mutating func die() {
        isAlive = false
    }

    private func act(_ status: TrainingStatus.State, epoch: Double, loss: Double?) -> Act {
        // Every number here is finite and none is negative, so this can't fail.
        guard
            let written = try? TrainingStatus(
                status: status, epoch: epoch, totalEpochs: total, loss: loss ?? 0,
                message: "step \(serial)", timestamp: max(clock, 0))
        else { preconditionFailure("a trainer wrote an invalid document") }
        return Act(
            serial: serial, process: process, run: run,
            document: details.document(written, of: run, in: dialect, hasLoss: loss != nil),
            isBeginning: start == .run && status == .running && epoch == kind.firstEpoch,
            isResume: start != .run)
    }

    /// The newest act once more, with the time that it is now; nil where that would be the same.
    mutating func keepAlive(_ act: Act) -> Act? {
        guard clock > act.document.timestamp else { return nil }
        serial += 1
        return act.again(as: serial, at: clock)
    }
}
