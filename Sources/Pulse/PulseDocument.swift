/// A document of either version: the six fields, and what PULSE v2 adds to them.
public struct PulseDocument: Sendable, Hashable {
    /// The six fields, as a reader of v1 gets them (`docs/PULSE-v2.md` §5).
    ///
    /// Where no loss was measured, its loss is 0.
    public let v1: TrainingStatus
    /// What version 2 adds; nil for a document of version 1.
    public let details: RunDetails?
    /// Whether a loss was told: always by version 1, whose 0 may mean that there is none.
    public let hasLoss: Bool

    /// A document of version 1.
    public init(_ status: TrainingStatus) {
        v1 = status
        details = nil
        hasLoss = true
    }

    /// A document of version 2.
    ///
    /// - Parameter hasLoss: whether the loss was measured.
    public init(_ status: TrainingStatus, details: RunDetails, hasLoss: Bool = true) {
        v1 = hasLoss ? status : status.replacing(loss: 0)
        self.details = details
        self.hasLoss = hasLoss
    }

    /// What its trainer reports.
    public var status: TrainingStatus.State { v1.status }
    /// Epochs done, with fractions.
    public var epoch: Double { v1.epoch }
    /// Epochs planned; 0 when that isn't known.
    public var totalEpochs: Double { v1.totalEpochs }
    /// A line for whoever watches.
    public var message: String { v1.message }
    /// When it was written: unix time in seconds.
    public var timestamp: Int64 { v1.timestamp }

    /// The version of the schema: 1 or 2.
    public var version: Int { details == nil ? 1 : 2 }

    /// The newest loss; nil where none was measured.
    public var loss: Double? { hasLoss ? v1.loss : nil }
}

extension PulseDocument {
    /// The same document, whose projection to version 1 has this loss where none was measured.
    package func projecting(loss: Double) -> PulseDocument {
        guard !hasLoss else { return self }
        return PulseDocument(
            v1: v1.replacing(loss: loss), details: details, hasLoss: false)
    }

    private init(v1: TrainingStatus, details: RunDetails?, hasLoss: Bool) {
        self.v1 = v1
        self.details = details
        self.hasLoss = hasLoss
    }
}

extension TrainingStatus {
    /// The same state with another loss, which is finite.
    package func replacing(loss: Double) -> TrainingStatus {
        TrainingStatus(
            unchecked: status, epoch: epoch, totalEpochs: totalEpochs, loss: loss,
            message: message, timestamp: timestamp)
    }
}
