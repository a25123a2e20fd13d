/// Comparing borrowed bytes without building strings.
enum Bytes {
    static func equal(_ one: Span<UInt8>, _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        for index in other.indices where one[index] != other[index] {
            return false
        }
        return true
    }

    /// Takes the same time for every `one` of the length of `secret`.
    static func equalInConstantTime(_ one: Span<UInt8>, _ secret: [UInt8]) -> Bool {
        guard one.count == secret.count else { return false }
        var difference: UInt8 = 0
        for index in secret.indices {
            difference |= one[index] ^ secret[index]
        }
        return difference == 0
    }

    /// The bytes with ASCII capitals made small.
    static func lowercased(_ bytes: Span<UInt8>) -> [UInt8] {
        bytes.indices.map { lowercased(bytes[$0]) }
    }

    /// Whether bytes are `other` once their ASCII capitals are made small.
    static func equal(lowercased one: Span<UInt8>, _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        for index in other.indices where lowercased(one[index]) != other[index] {
            return false
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
