internal import Pulse

/// A status before it is written: everything but the time.
struct StatusDraft: Hashable, Sendable {
    var state: TrainingStatus.State
    var epoch: Double
    var totalEpochs: Double
    var loss: Double
    var message: String

    /// The status as written at this unix time.
    func status(at timestamp: Int64) throws(PulseError) -> TrainingStatus {
        try TrainingStatus(
            status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message,
            timestamp: timestamp)
    }
}
