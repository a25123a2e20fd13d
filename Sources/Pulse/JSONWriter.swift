/// Writes JSON in the canonical spelling of PULSE v1, append only.
///
/// The spelling is that of Python's `json.dumps(…, ensure_ascii=False)`: the same state is the same bytes
/// whoever writes it. Commas, colons and braces are the caller's.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Text that stands as it is: punctuation and field names.
    public mutating func literal(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func null() {
        literal("null")
    }

    public mutating func integer(_ value: Int64) {
        bytes.append(contentsOf: value.description.utf8)
    }

    /// A finite number in its shortest spelling that reads back as the same, always with `.0` or an exponent.
    public mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no NaN and no infinity")
        let text = value.description
        // From 2^53 on both languages count in powers of ten, but Swift begins a little later than Python.
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
        return (isNegative ? "-" : "") + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + "e+\(exponent)"
    }

    /// A string in quotes. Escaped are quote, backslash, control characters, and the two line separators that
    /// JavaScript once took for line ends.
    public mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal("\\\"")
            case "\\": literal("\\\\")
            case "\u{8}": literal("\\b")
            case "\t": literal("\\t")
            case "\n": literal("\\n")
            case "\u{c}": literal("\\f")
            case "\r": literal("\\r")
            case "\u{0}"..<"\u{20}", "\u{7f}", "\u{2028}", "\u{2029}": escape(scalar)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        literal("\\u")
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
        bytes.append(contentsOf: digits.utf8)
    }
}
