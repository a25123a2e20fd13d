extension PulseError.Field {
    /// The largest integer of PULSE v2: every reader's numbers hold it exactly.
    static let largestInteger: Int64 = (1 << 53) - 1

    /// Bytes of UTF-8 that the text of this field may have; nil where only the document bounds it.
    private var textLimit: Int? {
        switch name {
        case .profile, .dataset: 256
        case .run: 64
        default: nil
        }
    }

    /// Whether its numbers may be below 0.
    var mayBeNegative: Bool { self == .loss || self == .metrics }

    /// Whether it is counted from 1.
    private var beginsAtOne: Bool { self == .batchSize || self == .attempt }

    /// - Throws: ``PulseError`` for a text that is too long.
    func checked(_ text: String?, offset: Int? = nil) throws(PulseError) -> String? {
        guard let text, let textLimit, text.utf8.count > textLimit else { return text }
        throw PulseError(
            .tooLong, field: self, offset: offset, "\(rawValue) is over \(textLimit) bytes")
    }

    /// - Throws: ``PulseError`` for an integer that PULSE v2 can't hold.
    func checked(_ value: Int64?, offset: Int? = nil) throws(PulseError) -> Int64? {
        guard let value else { return nil }
        guard value >= 0 else { throw .negative(self, offset: offset) }
        guard value > 0 || !beginsAtOne else {
            throw PulseError(.zero, field: self, offset: offset, "\(rawValue) is 0")
        }
        guard value <= Self.largestInteger else {
            throw PulseError(
                .overflow, field: self, offset: offset,
                "\(rawValue) is beyond \(Self.largestInteger)")
        }
        return value
    }

    /// - Throws: ``PulseError`` for a rate that is none.
    func checked(_ value: Double?) throws(PulseError) -> Double? {
        guard let value else { return nil }
        guard value.isFinite else { throw .notFinite(self, value) }
        guard value >= 0 else { throw .negative(self) }
        return value
    }
}
