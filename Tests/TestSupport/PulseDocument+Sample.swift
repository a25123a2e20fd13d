package import Pulse

extension PulseDocument {
    /// A valid document of version 1, of which a test names what it is about.
    package static func sample(
        _ status: TrainingStatus.State = .running, epoch: Double = 1, of total: Double = 4,
        loss: Double = 0.5, message: String = "m", timestamp: Int64 = 1_000
    ) throws -> PulseDocument {
        PulseDocument(
            try .sample(
                status, epoch: epoch, of: total, loss: loss, message: message,
                timestamp: timestamp))
    }
}
