package import Pulse

extension TrainingStatus {
    /// A valid state, of which a test names what it is about.
    package static func sample(
        _ status: State = .running, epoch: Double = 1, of total: Double = 4, loss: Double = 0.5,
        message: String = "m", timestamp: Int64 = 1_000
    ) throws -> TrainingStatus {
        try TrainingStatus(
            status: status, epoch: epoch, totalEpochs: total, loss: loss, message: message,
            timestamp: timestamp)
    }
}

extension [UInt8] {
    package var text: String { String(decoding: self, as: UTF8.self) }
}
