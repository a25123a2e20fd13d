/// A strong entity tag made from the bytes that it stands for (RFC 9110 §8.8.3).
///
/// From the bytes and nothing else: every replica of a server gives the same tag to the same state,
/// and a restart changes none.
struct EntityTag: Sendable, Hashable {
    private let opaque: [UInt8]

    /// The tag with its quotes, as it stands in the header.
    var text: String { String(decoding: opaque, as: UTF8.self) }

    init(of bytes: [UInt8]) {
        // FNV-1a, 64 bits: the tag tells states apart, it protects nothing.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        opaque = Array("\"\(String(repeating: "0", count: 16 - digits.count))\(digits)\"".utf8)
    }

    /// Whether an `If-None-Match` field names this tag; compares weakly (RFC 9110 §13.1.2).
    func matches(_ field: Span<UInt8>) -> Bool {
        var index = 0
        while index < field.count {
            switch field[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","):
                index += 1
            case UInt8(ascii: "*"):
                return true
            default:
                if field[index] == UInt8(ascii: "W"), index + 1 < field.count,
                    field[index + 1] == UInt8(ascii: "/")
                {
                    index += 2
                }
                guard index < field.count, field[index] == UInt8(ascii: "\"") else { return false }
                let end = Self.closingQuote(in: field, after: index)
                if isEqual(field, from: index, to: end) { return true }
                index = end
            }
        }
        return false
    }

    /// The index behind the quote that closes the tag which opens at `start`.
    private static func closingQuote(in field: Span<UInt8>, after start: Int) -> Int {
        var index = start + 1
        while index < field.count, field[index] != UInt8(ascii: "\"") { index += 1 }
        return min(index + 1, field.count)
    }

    private func isEqual(_ field: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard end - start == opaque.count else { return false }
        for offset in opaque.indices where field[start + offset] != opaque[offset] {
            return false
        }
        return true
    }
}
