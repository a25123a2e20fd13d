/// Escapes in JSON strings (RFC 8259 §7).
enum JSONEscape {
    /// Checks the escape whose backslash is at `start`, and gives the index behind it.
    ///
    /// A pair of surrogates counts as one escape.
    static func end(
        of document: Span<UInt8>, at start: Int, field: PulseError.Field?
    ) throws(PulseError) -> Int {
        guard start + 1 < document.count else { throw truncated(document, field) }
        switch document[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            break
        default:
            throw PulseError(
                .invalidEscape, field: field, offset: start, "an escape is none that JSON knows")
        }
        let unit = try codeUnit(document, at: start, field)
        guard unit & 0xF800 == 0xD800 else { return start + 6 }
        let alone = PulseError(
            .loneSurrogate, field: field, offset: start, "half of a surrogate pair stands alone")
        guard unit < 0xDC00 else { throw alone }
        for (offset, byte) in [(6, UInt8(ascii: "\\")), (7, UInt8(ascii: "u"))] {
            guard start + offset < document.count else { throw truncated(document, field) }
            guard document[start + offset] == byte else { throw alone }
        }
        guard try codeUnit(document, at: start + 6, field) & 0xFC00 == 0xDC00 else { throw alone }
        return start + 12
    }

    /// The four hexadecimal digits of the `\u` escape at `start`.
    private static func codeUnit(
        _ document: Span<UInt8>, at start: Int, _ field: PulseError.Field?
    ) throws(PulseError) -> UInt16 {
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            guard index < document.count else { throw truncated(document, field) }
            guard let digit = digit(document[index]) else {
                throw PulseError(
                    .invalidEscape, field: field, offset: start,
                    "an escape lacks hexadecimal digits")
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func truncated(_ document: Span<UInt8>, _ field: PulseError.Field?) -> PulseError
    {
        PulseError(.truncated, field: field, offset: document.count, "the document ends too early")
    }

    private static func digit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The UTF-8 of a checked string, its escapes replaced by what they mean.
    static func resolve(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                bytes.append(text[index])
                index += 1
                continue
            }
            switch text[index + 1] {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                index += appendScalar(of: text, at: index, to: &bytes)
                continue
            case let itself: bytes.append(itself)
            }
            index += 2
        }
        return bytes
    }

    /// Appends what the `\u` escape at `start` means.
    ///
    /// Gives its length.
    private static func appendScalar(of text: Span<UInt8>, at start: Int, to bytes: inout [UInt8])
        -> Int
    {
        let high = checkedUnit(text, at: start)
        let isPair = high & 0xFC00 == 0xD800
        let value =
            isPair
            ? 0x10000 + (high & 0x3FF) << 10 + checkedUnit(text, at: start + 6) & 0x3FF : high
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        return isPair ? 12 : 6
    }

    private static func checkedUnit(_ text: Span<UInt8>, at start: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in start + 2..<start + 6 {
            unit = unit << 4 | UInt32(digit(text[index]) ?? 0)
        }
        return unit
    }
}
