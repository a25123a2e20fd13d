/// One reading of a document from left to right, and the values found so far.
struct DocumentReading {
    private let knowsVersion2: Bool
    private var scanner = JSONScanner()
    private var state = TrainingStatus.State.idle
    private var epoch = 0.0
    private var totalEpochs = 0.0
    private var loss: Double? = 0
    private var message = ""
    private var timestamp: Int64 = 0
    /// One bit for each field, in their order.
    private var seen: UInt32 = 0
    /// What only version 2 has; nil until some of it was met, which a document of version 1 doesn't
    /// pay for.
    private var version2: Version2?

    private final class Version2 {
        var details = RunDetails.Draft()
        /// The first problem by the rules of version 1: `version` may come yet
        /// (`docs/PULSE-v2.md` §2).
        var objection: PulseError?
    }

    private static let fieldsOfVersion1: UInt32 = 0b111_1110
    private static let fieldsOfVersion2: UInt32 = 0x1_FFFF

    init(knowsVersion2: Bool) {
        self.knowsVersion2 = knowsVersion2
    }

    /// The six values.
    var status: TrainingStatus {
        TrainingStatus(
            unchecked: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss ?? 0,
            message: message, timestamp: timestamp)
    }

    /// All values.
    var document: PulseDocument {
        guard namesVersion, let version2 else { return PulseDocument(status) }
        return PulseDocument(
            status, details: RunDetails(unchecked: version2.details), hasLoss: loss != nil)
    }

    /// What is wrong with the document, when reading it has failed with an error.
    func verdict(on error: PulseError) -> PulseError {
        namesVersion ? error : version2?.objection ?? error
    }

    private var namesVersion: Bool { seen & Self.bit(.version) != 0 }

    mutating func read(_ document: Span<UInt8>) throws(PulseError) {
        guard document.count <= PulseDecoder.sizeLimit else { throw .tooLarge }
        try Self.checkEncoding(document)
        scanner.skipWhiteSpace(document)
        guard !scanner.isAtEnd(document) else {
            throw PulseError(.empty, offset: 0, "the document is empty")
        }
        guard scanner.skip(UInt8(ascii: "{"), in: document) else {
            throw PulseError(
                .notAnObject, offset: scanner.index, "the document is not a JSON object")
        }
        try readMembers(document)
        let end = scanner.index - 1
        scanner.skipWhiteSpace(document)
        // What is missing shows at the brace, which comes before whatever follows it.
        try checkComplete(endingAt: end)
        guard scanner.isAtEnd(document) else {
            throw PulseError(
                .trailingBytes, offset: scanner.index, "something follows the document")
        }
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

    private mutating func readMembers(_ document: Span<UInt8>) throws(PulseError) {
        scanner.skipWhiteSpace(document)
        if scanner.skip(UInt8(ascii: "}"), in: document) { return }
        while true {
            try readMember(document)
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

    private mutating func readMember(_ document: Span<UInt8>) throws(PulseError) {
        let start = scanner.index
        try scanner.expect(UInt8(ascii: "\""), in: document)
        let name = try scanner.string(document)
        guard let field = name.field(document) else { throw unknownField(at: start) }
        let bit = Self.bit(field)
        if bit & Self.fieldsOfVersion1 == 0 { try meet(field, at: start) }
        guard seen & bit == 0 else {
            throw PulseError(
                .duplicateField, field: field, offset: start, "\(field.rawValue) stands twice")
        }
        seen |= bit
        scanner.skipWhiteSpace(document)
        try scanner.expect(UInt8(ascii: ":"), in: document)
        scanner.skipWhiteSpace(document)
        switch field.name {
        case .status: state = try scanner.state(document)
        case .epoch: epoch = try scanner.double(document, for: field)
        case .totalEpochs: totalEpochs = try scanner.double(document, for: field)
        case .loss: loss = try readLoss(document)
        case .message: message = try scanner.text(document, for: field)
        case .timestamp: timestamp = try scanner.integer(document, for: field)
        default: try readDetail(document, field.name)
        }
    }

    /// A field that version 1 doesn't have.
    private mutating func meet(_ field: PulseError.Field, at start: Int) throws(PulseError) {
        guard knowsVersion2 else { throw unknownField(at: start) }
        if !namesVersion, field != .version { object(unknownField(at: start)) }
    }

    /// Notes a problem by the rules of version 1.
    private mutating func object(_ error: PulseError) {
        let version2 = metVersion2()
        version2.objection = version2.objection ?? error
    }

    private mutating func metVersion2() -> Version2 {
        if let version2 { return version2 }
        let new = Version2()
        version2 = new
        return new
    }

    private func unknownField(at start: Int) -> PulseError {
        let fields = namesVersion ? "those of version 2" : "the six"
        return PulseError(.unknownField, offset: start, "a field is not one of \(fields)")
    }

    private mutating func readLoss(_ document: Span<UInt8>) throws(PulseError) -> Double? {
        guard knowsVersion2 else { return try scanner.double(document, for: .loss) }
        if namesVersion { return try scanner.optionalDouble(document, for: .loss) }
        guard scanner.begins(with: "null", document) else {
            return try scanner.double(document, for: .loss)
        }
        object(scanner.isNot("a number", document, .loss))
        scanner.index += 4
        return nil
    }

    private mutating func readDetail(_ document: Span<UInt8>, _ name: PulseError.Field.Name)
        throws(PulseError)
    {
        let found = metVersion2()
        switch name {
        case .version: try scanner.version(document)
        case .profile: found.details.profile = try scanner.optionalText(document, for: .profile)
        case .dataset: found.details.dataset = try scanner.optionalText(document, for: .dataset)
        case .stepsDone:
            found.details.stepsDone = try scanner.optionalInteger(document, for: .stepsDone)
        case .totalSteps:
            found.details.totalSteps = try scanner.optionalInteger(document, for: .totalSteps)
        case .learningRate:
            found.details.learningRate = try scanner.optionalDouble(document, for: .learningRate)
        case .batchSize:
            found.details.batchSize = try scanner.optionalInteger(document, for: .batchSize)
        case .gpuMemoryUsage:
            found.details.gpuMemoryUsage = try scanner.optionalInteger(
                document, for: .gpuMemoryUsage)
        case .metrics: found.details.metrics = try scanner.metrics(document)
        case .run: found.details.run = try scanner.optionalText(document, for: .run)
        case .attempt: found.details.attempt = try scanner.optionalInteger(document, for: .attempt)
        case .status, .epoch, .totalEpochs, .loss, .message, .timestamp: break
        }
    }

    private func checkComplete(endingAt end: Int) throws(PulseError) {
        let needed = namesVersion ? Self.fieldsOfVersion2 : Self.fieldsOfVersion1
        if seen & needed != needed {
            for field in PulseError.Field.allCases where needed & ~seen & Self.bit(field) != 0 {
                throw PulseError(
                    .missingField, field: field, offset: end, "\(field.rawValue) is missing")
            }
        }
        // The document has ended without a version.
        if !namesVersion, let objection = version2?.objection { throw objection }
    }

    private static func bit(_ field: PulseError.Field) -> UInt32 {
        switch field.name {
        case .version: 1 << 0
        case .status: 1 << 1
        case .epoch: 1 << 2
        case .totalEpochs: 1 << 3
        case .loss: 1 << 4
        case .message: 1 << 5
        case .timestamp: 1 << 6
        case .profile: 1 << 7
        case .dataset: 1 << 8
        case .stepsDone: 1 << 9
        case .totalSteps: 1 << 10
        case .learningRate: 1 << 11
        case .batchSize: 1 << 12
        case .gpuMemoryUsage: 1 << 13
        case .metrics: 1 << 14
        case .run: 1 << 15
        case .attempt: 1 << 16
        }
    }
}
