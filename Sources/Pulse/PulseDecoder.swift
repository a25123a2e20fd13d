/// The strict decoder of PULSE: a document is exactly right, or it is rejected with the first
/// problem in it.
///
/// Foundation's `JSONDecoder` can't be the gate: it accepts trailing commas, duplicate and extra
/// fields, a byte order mark, UTF-16, and `17.0` for an integer. One pass, and nothing is allocated
/// but the texts, and the metrics of version 2.
public enum PulseDecoder {
    /// Bytes that a document may have at most.
    public static let sizeLimit = 65_536

    /// Decodes a document of version 1, and no other.
    ///
    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decode(_ document: [UInt8]) throws(PulseError) -> TrainingStatus {
        try decode(document.span)
    }

    /// Decodes a document of version 1, and no other.
    ///
    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decode(_ document: Span<UInt8>) throws(PulseError) -> TrainingStatus {
        var reading = DocumentReading(knowsVersion2: false)
        try reading.read(document)
        return reading.status
    }

    /// Decodes a document of either version.
    ///
    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decodeDocument(_ document: [UInt8]) throws(PulseError) -> PulseDocument {
        try decodeDocument(document.span)
    }

    /// Decodes a document of either version.
    ///
    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decodeDocument(_ document: Span<UInt8>) throws(PulseError) -> PulseDocument {
        var reading = DocumentReading(knowsVersion2: true)
        do {
            try reading.read(document)
        } catch {
            throw reading.verdict(on: error)
        }
        return reading.document
    }
}
