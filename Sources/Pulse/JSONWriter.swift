/// Writes JSON in the canonical spelling of PULSE v1, append only.
///
/// The spelling is that of Python's `json.dumps(…, ensure_ascii=False)` with a few escapes more
/// (`docs/PULSE-v1.md` §3): the same state is the same bytes whoever writes it. Commas, colons and
/// braces are the caller's.
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

    /// Appends what was written before.
    package mutating func raw(_ document: [UInt8]) {
        bytes += document
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
        // From 2^53 on Swift counts in powers of ten, Python from 10^16 on. In between every double
        // is a whole number.
        let isBetween = (0x1p53..<1e16).contains(value.magnitude)
        let text = isBetween ? "\(Int64(value)).0" : value.description
        bytes.append(contentsOf: text.utf8)
    }

    /// A string in quotes.
    ///
    /// Escaped are quote and backslash, and what a terminal or a log obeys instead of showing it:
    /// control characters, line separators, and the bidirectional controls that make a text look
    /// like another.
    public mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let text = text.utf8.span
        var start = 0
        var index = 0
        while index < text.count {
            guard let (scalar, length) = Self.special(text, at: index) else {
                index += 1
                continue
            }
            append(text.extracting(start..<index))
            escape(scalar)
            index += length
            start = index
        }
        append(text.extracting(start..<index))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The scalar at this index and its length in UTF-8, when it has to be escaped.
    private static func special(_ text: Span<UInt8>, at index: Int) -> (UInt16, length: Int)? {
        let byte = text[index]
        switch byte {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F:
            return (UInt16(byte), 1)
        // A string is well-formed: no lead byte is the last. U+0080 to U+009F are C2 80 to C2 9F.
        case 0xC2 where text[index + 1] < 0xA0:
            return (UInt16(text[index + 1]), 2)
        // U+2000 to U+207F are E2 80 80 to E2 81 BF.
        case 0xE2 where text[index + 1] < 0x82:
            let scalar =
                0x2000 | UInt16(text[index + 1] & 0x3F) << 6 | UInt16(text[index + 2] & 0x3F)
            let isControl = (0x2028...0x202E).contains(scalar) || (0x2066...0x2069).contains(scalar)
            return isControl ? (scalar, 3) : nil
        default:
            return nil
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
