/// The credentials that a client must show (RFC 6750 §2.1).
struct BearerToken: Sendable {
    private let secret: [UInt8]
    private static let scheme = Array("bearer ".utf8)

    init(_ secret: String) {
        self.secret = Array(secret.utf8)
    }

    /// Whether an `Authorization` field holds this token.
    ///
    /// Takes the same time for every token of the right length.
    func matches(_ field: Span<UInt8>) -> Bool {
        let start = Self.scheme.count
        guard field.count == start + secret.count else { return false }
        for index in 0..<start where Self.lowercased(field[index]) != Self.scheme[index] {
            return false
        }
        var difference: UInt8 = 0
        for index in secret.indices { difference |= field[start + index] ^ secret[index] }
        return difference == 0
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
