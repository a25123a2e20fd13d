/// The pure reading of percent-encoding (RFC 3986 §2.1).
enum PercentEncoding {
    /// The bytes that `text` stands for, decoded once.
    ///
    /// Nil when an escape isn't two hexadecimal digits.
    static func decoded(_ text: Span<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < text.count, let high = hexadecimal(text[index]),
                    let low = hexadecimal(text[index + 1])
                else { return nil }
                byte = high << 4 | low
                index += 2
            }
            decoded.append(byte)
        }
        return decoded
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
