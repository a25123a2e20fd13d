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

    /// The version of the schema: 1 or 2.
    public var version: Int { details == nil ? 1 : 2 }

    /// The newest loss; nil where none was measured.
    public var loss: Double? { hasLoss ? v1.loss : nil }
}

extension TrainingStatus {
    /// The same state with another loss, which is finite.
    package func replacing(loss: Double) -> TrainingStatus {
        TrainingStatus(
            unchecked: status, epoch: epoch, totalEpochs: totalEpochs, loss: loss,
            message: message, timestamp: timestamp)
    }
}
