/// The strict PULSE v1 decoder: a document is exactly right, or it is rejected with the first
/// problem in it.
///
/// Foundation's `JSONDecoder` can't be the gate: it accepts trailing commas, duplicate and extra
/// fields, a byte order mark, UTF-16, and `17.0` for an integer. One pass, and nothing is allocated
/// but the message.
public enum PulseDecoder {
    /// Bytes that a document may have at most.
    public static let sizeLimit = 65_536

    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decode(_ document: [UInt8]) throws(PulseError) -> TrainingStatus {
        try decode(document.span)
    }

    /// - Throws: ``PulseError`` with reason, field where there is one, and byte offset.
    public static func decode(_ document: Span<UInt8>) throws(PulseError) -> TrainingStatus {
        guard document.count <= sizeLimit else { throw .tooLarge }
        try checkEncoding(document)
        var scanner = JSONScanner()
        scanner.skipWhiteSpace(document)
        guard !scanner.isAtEnd(document) else {
            throw PulseError(.empty, offset: 0, "the document is empty")
        }
        guard scanner.skip(UInt8(ascii: "{"), in: document) else {
            throw PulseError(
                .notAnObject, offset: scanner.index, "the document is not a JSON object")
        }
        var fields = Fields()
        try decodeMembers(document, &scanner, into: &fields)
        let end = scanner.index - 1
        scanner.skipWhiteSpace(document)
        // What is missing shows at the brace, which comes before whatever follows it.
        let status = try fields.status(endingAt: end)
        guard scanner.isAtEnd(document) else {
            throw PulseError(
                .trailingBytes, offset: scanner.index, "something follows the document")
        }
        return status
    }

    /// JSON is UTF-8 without a mark (RFC 8259 §8.1).
    ///
    /// The other encodings show in the first bytes.
    private static func checkEncoding(_ document: Span<UInt8>) throws(PulseError) {
        guard document.count >= 2 else { return }
        if document.count >= 3, document[0] == 0xEF, document[1] == 0xBB, document[2] == 0xBF {
            throw PulseError(
                .byteOrderMark, offset: 0, "the document begins with a byte order mark")
        }
        let hasMark =
            (document[0] == 0xFE && document[1] == 0xFF)
            || (document[0] == 0xFF && document[1] == 0xFE)
        if hasMark || document[0] == 0 || document[1] == 0 {
            throw PulseError(
                .wrongEncoding, offset: 0, "the document is UTF-16 or UTF-32; UTF-8 is needed")
        }
    }

    private static func decodeMembers(
        _ document: Span<UInt8>, _ scanner: inout JSONScanner, into fields: inout Fields
    ) throws(PulseError) {
        scanner.skipWhiteSpace(document)
        if scanner.skip(UInt8(ascii: "}"), in: document) { return }
        while true {
            try decodeMember(document, &scanner, into: &fields)
            scanner.skipWhiteSpace(document)
            if scanner.skip(UInt8(ascii: "}"), in: document) { return }
            let comma = scanner.index
            try scanner.expect(UInt8(ascii: ","), in: document)
            scanner.skipWhiteSpace(document)
            if scanner.skip(UInt8(ascii: "}"), in: document) {
                throw PulseError(
                    .trailingComma, offset: comma, "a comma stands before the closing brace")
            }
        }
    }

    private static func decodeMember(
        _ document: Span<UInt8>, _ scanner: inout JSONScanner, into fields: inout Fields
    ) throws(PulseError) {
        let start = scanner.index
        try scanner.expect(UInt8(ascii: "\""), in: document)
        let name = try scanner.string(document)
        guard let field = name.field(document) else {
            throw PulseError(.unknownField, offset: start, "a field is not one of the six")
        }
        guard fields.begin(field) else {
            throw PulseError(
                .duplicateField, field: field, offset: start, "\(field.rawValue) stands twice")
        }
        scanner.skipWhiteSpace(document)
        try scanner.expect(UInt8(ascii: ":"), in: document)
        scanner.skipWhiteSpace(document)
        switch field.name {
        case .status: fields.state = try scanner.state(document)
        case .epoch: fields.epoch = try scanner.double(document, for: field)
        case .totalEpochs: fields.totalEpochs = try scanner.double(document, for: field)
        case .loss: fields.loss = try scanner.double(document, for: field)
        case .message: fields.message = try scanner.text(document, for: field)
        case .timestamp: fields.timestamp = try scanner.integer(document, for: field)
        }
    }

    /// The values found so far.
    private struct Fields {
        var state = TrainingStatus.State.idle
        var epoch = 0.0
        var totalEpochs = 0.0
        var loss = 0.0
        var message = ""
        var timestamp: Int64 = 0
        /// One bit for each field, in their order.
        private var seen: UInt8 = 0

        /// False when the field was there before.
        mutating func begin(_ field: PulseError.Field) -> Bool {
            let bit = Self.bit(field)
            defer { seen |= bit }
            return seen & bit == 0
        }

        func status(endingAt end: Int) throws(PulseError) -> TrainingStatus {
            if seen != 0b11_1111 {
                for field in PulseError.Field.allCases where seen & Self.bit(field) == 0 {
                    throw PulseError(
                        .missingField, field: field, offset: end, "\(field.rawValue) is missing")
                }
            }
            return TrainingStatus(
                unchecked: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss,
                message: message,
                timestamp: timestamp)
        }

        private static func bit(_ field: PulseError.Field) -> UInt8 {
            switch field.name {
            case .status: 1
            case .epoch: 2
            case .totalEpochs: 4
            case .loss: 8
            case .message: 16
            case .timestamp: 32
            }
        }
    }
}
