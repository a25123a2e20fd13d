@testable import Pulse

extension TrainingStatus {
    /// What it looks like in a file.
    var document: String {
        String(decoding: PulseEncoder.encode(self), as: UTF8.self)
    }
}

/// A document of six members, of which a test replaces what it is about.
///
/// Values are spelled as they stand in the document.
func document(
    status: String = #""running""#, epoch: String = "2.5", totalEpochs: String = "3.0",
    loss: String = "0.42", message: String = #""step 310 of 372""#, timestamp: String = "1732800000"
) -> [UInt8] {
    Array(
        """
        {"status": \(status), "epoch": \(epoch), "total_epochs": \(totalEpochs), \
        "loss": \(loss), "message": \(message), "timestamp": \(timestamp)}
        """.utf8)
}
