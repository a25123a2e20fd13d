internal import Pulse

/// One training as people mean it: from its first `running` to its final status, its resumes
/// included.
///
/// It holds what the rules of ``RunRule`` ask for, and no more.
struct Run: Sendable, Equatable {
    let id: RunID
    /// Which stretch between resumes it is in, counted from 1.
    private(set) var attempt = 1
    /// What the newest document that counts said: `running`, `done` or `error`.
    private(set) var status: TrainingStatus.State
    /// The epoch of the first document.
    ///
    /// Who reports an end and doesn't know the epoch says 0: a run of which only that was seen has
    /// none, and any epoch lies before it.
    let firstEpoch: Double
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

    /// Begins a run with its first document, which isn't `idle`.
    init(id: RunID, _ first: TrainingStatus) {
        self.id = id
        status = first.status
        firstEpoch = first.status == .running || first.epoch > 0 ? first.epoch : .infinity
        newestEpoch = first.epoch
        totalEpochs = first.totalEpochs
        isProvisional = first.epoch == 0 && first.status == .running
        note(first)
    }

    /// Goes on with a document of the same attempt.
    ///
    /// - Returns: how far the run's second advance went, when this is it and the run began at 0.
    mutating func goOn(_ document: TrainingStatus) -> Double? {
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
    mutating func resume(_ document: TrainingStatus) {
        attempt += 1
        isProvisional = false
        hasLoss = false
        newestEpoch = document.epoch
        note(document)
    }

    /// The run before, going on as what this one turned out to be: its next attempt.
    func joined(to earlier: Run) -> Run {
        var run = earlier
        run.attempt += 1
        run.status = status
        run.newestEpoch = newestEpoch
        run.totalEpochs = totalEpochs
        run.hasLoss = hasLoss
        run.isProvisional = false
        return run
    }

    /// Whether all epochs that were planned are done.
    var isComplete: Bool { totalEpochs > 0 && newestEpoch >= totalEpochs }

    private mutating func note(_ document: TrainingStatus) {
        status = document.status
        newestEpoch = max(newestEpoch, document.epoch)
        // Who reports the end may not know the total.
        if document.status == .running || document.totalEpochs > 0 {
            totalEpochs = document.totalEpochs
        }
        if document.loss != 0 { hasLoss = true }
        if document.status != .running { isProvisional = false }
    }
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
    }
}
