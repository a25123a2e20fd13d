internal import Pulse

/// One training as people mean it: from its first `running` to its final status, its resumes
/// included.
///
/// It holds what the rules of ``RunRule`` ask for, and no more.
struct Run: Sendable {
    private(set) var id: RunID
    /// Which stretch between resumes it is in, counted from 1.
    private(set) var attempt = 1
    /// What the newest document that counts said: `running`, `done` or `error`.
    private(set) var status: TrainingStatus.State
    /// The epoch of the first document.
    ///
    /// Who reports an end and doesn't know the epoch says 0: a run of which only that was seen has
    /// none, and any epoch lies before it.
    private(set) var firstEpoch: Double
    /// The furthest epoch of this attempt.
    private(set) var newestEpoch: Double
    /// Epochs planned, as told last; 0 when that isn't known.
    private(set) var totalEpochs: Double
    /// Of a run that began at 0, how far its first advance went; nil before, and once the second
    /// has been judged.
    private(set) var firstAdvance: Double?
    private var isProvisional: Bool
    /// Whether this attempt has told of a loss: before that, 0 only means that there was none.
    private(set) var hasLoss = false
    /// The last loss that was measured, for documents that have none; nil before.
    private(set) var lastLoss: Double?
    /// The furthest step, where steps are told.
    private(set) var newestStep: Int64?
    /// What its trainer calls the run, and which attempt it says it is.
    private(set) var told: (run: String?, attempt: Int64?) = (nil, nil)

    /// Begins a run with its first document, which isn't `idle`.
    ///
    /// - Parameter mark: what its relay says; nil where nobody does.
    init(id: RunID, _ first: PulseDocument, _ mark: RunMark? = nil) {
        self.id = id
        status = first.status
        firstEpoch =
            mark?.firstEpoch
            ?? (first.status == .running || first.epoch > 0 ? first.epoch : .infinity)
        newestEpoch = first.epoch
        totalEpochs = first.totalEpochs
        isProvisional = first.epoch == 0 && first.status == .running
        attempt = mark?.attempt ?? first.details?.attempt.map { Int(clamping: $0) } ?? 1
        note(first)
    }

    /// Goes on with a document of the same attempt.
    ///
    /// - Returns: how far the run's second advance went, when this is it and the run began at 0.
    mutating func goOn(_ document: PulseDocument) -> Double? {
        let advance = document.epoch - newestEpoch
        note(document)
        guard isProvisional, advance > 0 else { return nil }
        if firstAdvance == nil {
            firstAdvance = advance
            return nil
        }
        isProvisional = false
        return advance
    }

    /// Begins the next attempt, which resumes at the epoch of a document.
    ///
    /// - Parameter told: what its relay says; nil where nobody does.
    mutating func resume(_ document: PulseDocument, attempt told: Int? = nil) {
        attempt = told ?? nextAttempt(in: document)
        isProvisional = false
        hasLoss = false
        newestStep = nil
        newestEpoch = document.epoch
        note(document)
    }

    /// Which attempt a document of this run is that follows `idle`: the same unless it says a
    /// higher one, or none.
    func attempt(of document: PulseDocument) -> Int {
        if let told = document.details?.attempt, let before = self.told.attempt, told <= before {
            return attempt
        }
        return nextAttempt(in: document)
    }

    private func nextAttempt(in document: PulseDocument) -> Int {
        max(attempt + 1, document.details?.attempt.map { Int(clamping: $0) } ?? 0)
    }

    /// The run before, going on as what this one turned out to be.
    func joined(to earlier: Run, attempt: Int) -> Run {
        var run = earlier
        run.attempt = attempt
        run.status = status
        run.newestEpoch = newestEpoch
        run.totalEpochs = totalEpochs
        run.hasLoss = hasLoss || attempt == earlier.attempt && earlier.hasLoss
        run.lastLoss = lastLoss ?? run.lastLoss
        run.newestStep = newestStep
        run.told = told
        run.isProvisional = false
        return run
    }

    /// The same run by the id that its relay tells.
    func renamed(_ id: RunID, _ mark: RunMark) -> Run {
        var run = self
        run.id = id
        run.firstEpoch = mark.firstEpoch
        return run
    }

    /// Whether all epochs that were planned are done.
    var isComplete: Bool { totalEpochs > 0 && newestEpoch >= totalEpochs }

    private mutating func note(_ document: PulseDocument) {
        status = document.status
        newestEpoch = max(newestEpoch, document.epoch)
        // Who reports the end may not know the total.
        if document.status == .running || document.totalEpochs > 0 {
            totalEpochs = document.totalEpochs
        }
        if document.tellsLoss {
            hasLoss = true
            lastLoss = document.loss
        }
        if let step = document.details?.stepsDone { newestStep = max(newestStep ?? 0, step) }
        if let run = document.details?.run {
            told = (run, document.details?.attempt ?? told.attempt)
        }
        if document.status != .running { isProvisional = false }
    }
}

extension PulseDocument {
    /// Whether it tells of a loss by itself: a 0 of version 1 may mean that there is none.
    var tellsLoss: Bool { version == 1 ? v1.loss != 0 : hasLoss }

    /// Whether it is a point of the curve of a run, which has taken it.
    func isPoint(of run: Run) -> Bool { version == 1 ? run.hasLoss : hasLoss }
}

extension Run {
    func write(to writer: inout CheckpointWriter) {
        id.write(to: &writer)
        writer.write(Int64(attempt))
        writer.write(status.rawValue)
        writer.write(firstEpoch)
        writer.write(newestEpoch)
        writer.write(totalEpochs)
        writer.write(firstAdvance) { $0.write($1) }
        writer.write(isProvisional)
        writer.write(hasLoss)
        writer.write(lastLoss) { $0.write($1) }
        writer.write(newestStep) { $0.write($1) }
        writer.write(told.run) { $0.write($1) }
        writer.write(told.attempt) { $0.write($1) }
    }

    init(from reader: inout CheckpointReader) throws(CheckpointError) {
        id = try RunID(from: &reader)
        attempt = Int(try reader.integer() as Int64)
        guard let state = TrainingStatus.State(rawValue: try reader.string()) else {
            throw CheckpointError()
        }
        status = state
        firstEpoch = try reader.double()
        newestEpoch = try reader.double()
        totalEpochs = try reader.double()
        firstAdvance = try reader.optional { reader throws(CheckpointError) in
            try reader.double()
        }
        isProvisional = try reader.bool()
        hasLoss = try reader.bool()
        lastLoss = try reader.optional { reader throws(CheckpointError) in try reader.double() }
        newestStep = try reader.optional { reader throws(CheckpointError) in
            try reader.integer()
        }
        let run = try reader.optional { reader throws(CheckpointError) in try reader.string() }
        let number: Int64? = try reader.optional { reader throws(CheckpointError) in
            try reader.integer()
        }
        told = (run, number)
    }
}
