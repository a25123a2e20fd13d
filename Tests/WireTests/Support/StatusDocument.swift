internal import Pulse

extension TrainingStatus {
    /// A running job, for tests that need any good state.
    static func running(
        epoch: Double = 2.5, of total: Double = 3, loss: Double = 0.25, message: String = "epoch 3",
        timestamp: Int64 = 1_732_800_000
    ) throws -> TrainingStatus {
        try TrainingStatus(
            status: .running, epoch: epoch, totalEpochs: total, loss: loss, message: message,
            timestamp: timestamp)
    }

    /// The canonical document.
    var document: String { text(PulseEncoder.encode(self)) }

    /// Replaces a status file, as every writer must.
    func replace(_ path: String) throws {
        try StatusFileWriter(path: path).write(self)
    }
}
