/// One state of a training job: the six fields of PULSE v1, and nothing else (Order 16.2-FINAL,
/// block 1).
///
/// A value of this type is always valid: every way to make one checks the rules of
/// `docs/PULSE-v1.md`.
public struct TrainingStatus: Sendable, Hashable {
    /// The four states that a job can report.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case idle, running, done, error
    }

    /// The state that the job reports.
    public let status: State
    /// Epochs done, with fractions.
    ///
    /// Finite, 0 or more.
    public let epoch: Double
    /// Epochs planned; 0 when that isn't known.
    ///
    /// Finite, 0 or more.
    public let totalEpochs: Double
    /// The newest loss.
    ///
    /// Finite.
    public let loss: Double
    /// A line for whoever watches.
    public let message: String
    /// When this state was written: unix time in seconds, 0 or more.
    public let timestamp: Int64

    /// - Throws: ``PulseError`` with `notFinite` or `negative` and the field, or `tooLarge` for a
    ///   message that no document can hold.
    public init(
        status: State, epoch: Double, totalEpochs: Double, loss: Double, message: String,
        timestamp: Int64
    ) throws(PulseError) {
        for (field, value) in [
            (PulseError.Field.epoch, epoch), (.totalEpochs, totalEpochs), (.loss, loss),
        ] {
            guard value.isFinite else { throw .notFinite(field, value) }
            guard value >= 0 || field == .loss else { throw .negative(field) }
        }
        guard timestamp >= 0 else { throw .negative(.timestamp) }
        self.init(
            unchecked: status, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message,
            timestamp: timestamp)
        // Escapes make six bytes of one at most; only a long message is worth encoding to know.
        if message.utf8.count > PulseDecoder.sizeLimit / 8,
            PulseEncoder.encode(self).count > PulseDecoder.sizeLimit
        {
            throw .tooLarge
        }
    }

    /// For the decoder, which has checked every field.
    init(
        unchecked status: State, epoch: Double, totalEpochs: Double, loss: Double, message: String,
        timestamp: Int64
    ) {
        self.status = status
        self.epoch = epoch
        self.totalEpochs = totalEpochs
        self.loss = loss
        self.message = message
        self.timestamp = timestamp
    }

    /// Progress in percent, 0 to 100; 0 when the total isn't known (Order 16.2-FINAL, block 3.2).
    public var progress: Double {
        guard totalEpochs > 0, epoch > 0 else { return 0 }
        guard epoch < totalEpochs else { return 100 }
        let hundredfold = epoch * 100
        // Multiplied first, 2.5 of 3 rounds to 83.33333333333333; divided first, to …34.
        return hundredfold.isFinite
            ? min(hundredfold / totalEpochs, 100) : epoch / totalEpochs * 100
    }
}

extension TrainingStatus {
    /// Whether both are the same document.
    ///
    /// Swift alone would call two spellings of `é` the same message, and -0 the same as 0.
    public static func == (left: Self, right: Self) -> Bool {
        left.status == right.status && left.timestamp == right.timestamp
            && left.epoch.bitPattern == right.epoch.bitPattern
            && left.totalEpochs.bitPattern == right.totalEpochs.bitPattern
            && left.loss.bitPattern == right.loss.bitPattern
            && left.message.utf8.elementsEqual(right.message.utf8)
    }
}
