internal import Glibc

/// A cursor over the bytes of one document: white space, punctuation, strings.
///
/// It holds a position only; the bytes are passed to each call, so that nothing of them is stored
/// or copied.
struct JSONScanner {
    /// The next byte to look at.
    var index = 0

    func isAtEnd(_ document: Span<UInt8>) -> Bool {
        index == document.count
    }

    /// The four characters that JSON calls white space (RFC 8259 §2).
    mutating func skipWhiteSpace(_ document: Span<UInt8>) {
        while index < document.count {
            switch document[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    /// Passes over one byte when it is the next.
    mutating func skip(_ byte: UInt8, in document: Span<UInt8>) -> Bool {
        guard index < document.count, document[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func expect(
        _ byte: UInt8, in document: Span<UInt8>, field: PulseError.Field? = nil
    ) throws(PulseError) {
        if skip(byte, in: document) { return }
        throw unexpected(in: document, field: field)
    }

    /// The error for a byte that can't stand here.
    func unexpected(in document: Span<UInt8>, field: PulseError.Field? = nil) -> PulseError {
        if isAtEnd(document) {
            return PulseError(
                .truncated, field: field, offset: index, "the document ends too early")
        }
        return PulseError(
            .syntax, field: field, offset: index, "an unexpected character stands here")
    }

    /// Passes over a string whose opening quote was read, and checks every byte of it.
    mutating func string(_ document: Span<UInt8>, field: PulseError.Field? = nil) throws(PulseError)
        -> JSONString
    {
        let start = index
        var hasEscapes = false
        while true {
            skipPlainText(document)
            guard index < document.count else { throw unexpected(in: document, field: field) }
            switch document[index] {
            case UInt8(ascii: "\""):
                index += 1
                return JSONString(range: start..<index - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try JSONEscape.end(of: document, at: index, field: field)
            case 0..<0x20:
                throw PulseError(
                    .controlCharacter, field: field, offset: index,
                    "a control character is not escaped")
            default:
                switch UTF8Sequence(in: document, at: index) {
                case .wellFormed(let length): index += length
                case .cutOff: index = document.count
                case .illFormed:
                    throw PulseError(
                        .invalidUTF8, field: field, offset: index, "the text is not UTF-8")
                }
            }
        }
    }

    /// ASCII that means itself: most of any text, so this loop decides how long a document takes.
    private mutating func skipPlainText(_ document: Span<UInt8>) {
        let bytes = unsafe document.bytes
        while index + 8 <= document.count {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let marks = Self.marksNotPlain(UInt64(littleEndian: word))
            index += marks.trailingZeroBitCount / 8
            if marks != 0 { return }
        }
        while index < document.count, Self.marksNotPlain(UInt64(document[index])) & 0x80 == 0 {
            index += 1
        }
    }

    /// Sets the highest bit of the first of eight bytes that is not plain, and perhaps of later
    /// ones.
    ///
    /// Subtraction borrows from the highest bit of a byte that is too small (Mycroft 1987); only
    /// behind such a byte may it borrow in vain.
    private static func marksNotPlain(_ word: UInt64) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (each * 0x22)
        let backslashes = word ^ (each * 0x5C)
        let tooSmall =
            (word &- each * 0x20) & ~word | (quotes &- each) & ~quotes
            | (backslashes &- each) & ~backslashes
        return (tooSmall | word) & (each * 0x80)
    }
}

/// Where a checked string stands in its document, without the quotes.
struct JSONString {
    let range: Range<Int>
    let hasEscapes: Bool

    /// The string's text.
    func text(_ document: Span<UInt8>) -> String {
        if hasEscapes {
            return String(decoding: JSONEscape.resolve(document.extracting(range)), as: UTF8.self)
        }
        return unsafe document.extracting(range).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// The field of this name.
    func field(_ document: Span<UInt8>) -> PulseError.Field? {
        if hasEscapes { return PulseError.Field(rawValue: text(document)) }
        // Each length belongs to few names: those of version 1 first, which are the most.
        switch range.count {
        case 6: return equals("status", document) ? .status : nil
        case 5: return equals("epoch", document) ? .epoch : nil
        case 12: return equals("total_epochs", document) ? .totalEpochs : nil
        case 4: return equals("loss", document) ? .loss : nil
        case 7:
            return equals("message", document) ? .message : fieldOfVersion2(document)
        case 9: return equals("timestamp", document) ? .timestamp : nil
        default: return fieldOfVersion2(document)
        }
    }

    private func fieldOfVersion2(_ document: Span<UInt8>) -> PulseError.Field? {
        switch range.count {
        case 7:
            if equals("version", document) { return .version }
            if equals("profile", document) { return .profile }
            if equals("dataset", document) { return .dataset }
            if equals("metrics", document) { return .metrics }
            return equals("attempt", document) ? .attempt : nil
        case 10:
            if equals("steps_done", document) { return .stepsDone }
            return equals("batch_size", document) ? .batchSize : nil
        case 11: return equals("total_steps", document) ? .totalSteps : nil
        case 2: return equals("lr", document) ? .learningRate : nil
        case 16: return equals("gpu_memory_usage", document) ? .gpuMemoryUsage : nil
        case 3: return equals("run", document) ? .run : nil
        default: return nil
        }
    }

    /// The state of this name.
    func state(_ document: Span<UInt8>) -> TrainingStatus.State? {
        if hasEscapes { return TrainingStatus.State(rawValue: text(document)) }
        if equals("running", document) { return .running }
        if equals("idle", document) { return .idle }
        if equals("done", document) { return .done }
        return equals("error", document) ? .error : nil
    }

    private func equals(_ name: StaticString, _ document: Span<UInt8>) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return unsafe document.extracting(range).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, name.utf8Start, bytes.count) == 0
        }
    }
}
