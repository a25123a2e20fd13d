/// Tells byte strings apart in 16 hexadecimal digits (FNV-1a, 64 bits); it protects nothing.
package enum Fingerprint {
    /// The digits, with the zeros at their beginning.
    package static func of(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
