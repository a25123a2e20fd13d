/// Writes JSON in the canonical spelling of PULSE v1, append only.
///
/// The spelling is that of Python's `json.dumps(…, ensure_ascii=False)`: the same state is the same
/// bytes whoever writes it. Commas, colons and braces are the caller's.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes a writer that has written nothing.
    public init() {
        // A document with a message of usual length.
        bytes.reserveCapacity(256)
    }

    /// Text that stands as it is: punctuation and field names.
    public mutating func literal(_ text: StaticString) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// `null`.
    public mutating func null() {
        literal("null")
    }

    /// An integer in decimal.
    public mutating func integer(_ value: Int64) {
        bytes.append(contentsOf: value.description.utf8)
    }

    /// A finite number in its shortest spelling that reads back as the same, always with `.0` or an
    /// exponent.
    public mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no NaN and no infinity")
        let text = value.description
        // From 2^53 on both languages count in powers of ten, but Swift begins a little later than
        // Python.
        if value.magnitude >= 1e16, !text.utf8.contains(UInt8(ascii: "e")) {
            bytes.append(contentsOf: Self.scientific(text).utf8)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }

    /// `12345678901234567.0`, made of 17 digits, becomes `1.2345678901234567e+16`.
    private static func scientific(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        var digits = text.dropFirst(isNegative ? 1 : 0).prefix { $0 != "." }
        let exponent = digits.count - 1
        while digits.last == "0" { digits.removeLast() }
        let fraction = digits.dropFirst()
        return (isNegative ? "-" : "") + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
            + "e+\(exponent)"
    }

    /// A string in quotes.
    ///
    /// Escaped are quote, backslash, control characters, and the two line separators that
    /// JavaScript once took for line ends.
    public mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let text = text.utf8.span
        var start = 0
        var index = 0
        while index < text.count {
            guard let special = Self.special(text, at: index) else {
                index += 1
                continue
            }
            append(text.extracting(start..<index))
            escape(special)
            index += special < 0x80 ? 1 : 3
            start = index
        }
        append(text.extracting(start..<index))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The scalar at this index when it has to be escaped.
    private static func special(_ text: Span<UInt8>, at index: Int) -> UInt16? {
        switch text[index] {
        case let byte where byte < 0x20: UInt16(byte)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: UInt16(text[index])
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
        case 0xE2 where text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8:
            0x2000 | UInt16(text[index + 2] & 0x3F)
        default: nil
        }
    }

    private mutating func escape(_ scalar: UInt16) {
        switch scalar {
        case 0x08: literal("\\b")
        case 0x09: literal("\\t")
        case 0x0A: literal("\\n")
        case 0x0C: literal("\\f")
        case 0x0D: literal("\\r")
        case 0x22: literal("\\\"")
        case 0x5C: literal("\\\\")
        default:
            let digits = String(scalar, radix: 16)
            literal("\\u")
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
            bytes.append(contentsOf: digits.utf8)
        }
    }

    private mutating func append(_ text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
