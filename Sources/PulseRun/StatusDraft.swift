internal import Pulse

/// A status before it is written: everything but the time.
struct StatusDraft: Hashable, Sendable {
    var state: TrainingStatus.State
    var epoch: Double
    var totalEpochs: Double
    var loss: Double
    var message: String
    /// What version 2 adds; nil for a document of version 1.
    var details: RunDetails?
    /// Whether the loss was measured, as version 2 tells it.
    var hasLoss = true

    /// The document as written at this unix time.
    func document(at timestamp: Int64) throws(PulseError) -> PulseDocument {
        let status = try TrainingStatus(
            status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message,
            timestamp: timestamp)
        guard let details else { return PulseDocument(status) }
        return PulseDocument(status, details: details, hasLoss: hasLoss)
    }
}
