/// The checksum of TFRecord: CRC-32C (RFC 3720 appendix B.4), rotated and shifted by a constant
/// (`tsl/lib/hash/crc32c.h`, `Mask`), so that a checksum of checksums stays a good one.
enum CRC32C {
    /// The masked checksum of bytes.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register = ~UInt32(0)
        for byte in bytes {
            register = table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8
        }
        let checksum = ~register
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }

    /// For each byte, what eight steps of Castagnoli's polynomial make of it.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78
        }
    }
}
