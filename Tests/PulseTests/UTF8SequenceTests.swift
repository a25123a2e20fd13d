import Testing

@testable import Pulse

@Suite("UTF8Sequence")
struct UTF8SequenceTests {
    private func sequence(_ bytes: [UInt8]) -> UTF8Sequence {
        UTF8Sequence(in: bytes.span, at: 0)
    }

    @Test("knows the length of every scalar beyond ASCII, and where it is cut off")
    func everyScalar() {
        for value in Array(UInt32(0x80)...0x1100)
            + Array(stride(from: 0x1101, through: 0x10FFFF, by: 61))
        {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            var isRight = sequence(bytes) == .wellFormed(length: bytes.count)
            for length in 1..<bytes.count {
                let cut = Array(bytes[..<length])
                isRight = isRight && sequence(cut) == .cutOff
            }
            if !isRight { Issue.record("U+\(String(value, radix: 16))") }
        }
    }

    @Test("agrees with the standard library on every sequence of two and three bytes")
    func everySequence() {
        for first in UInt8(0x80)...0xFF {
            for second in UInt8.min...0xFF {
                for third in [0x41, 0x80, 0xC0] as [UInt8] {
                    let bytes = [first, second, third, 0x80]
                    let expected = (2...4).first {
                        String(validating: bytes[..<$0], as: UTF8.self)?.unicodeScalars.count == 1
                    }
                    let found = sequence(bytes)
                    let isRight =
                        found == (expected.map { .wellFormed(length: $0) } ?? .illFormed)
                    if !isRight { Issue.record("\(bytes): \(found)") }
                }
            }
        }
    }

    @Test(
        "calls what no continuation can mend ill-formed even at the end",
        arguments: [0x80, 0xBF, 0xC0, 0xC1, 0xF5, 0xFF] as [UInt8])
    func hopeless(_ byte: UInt8) {
        #expect(sequence([byte]) == .illFormed)
    }

    @Test(
        "calls a wrong second byte ill-formed before it misses the third",
        arguments: [[0xE2, 0x41], [0xED, 0xA0], [0xF4, 0x90], [0xE0, 0x9F]] as [[UInt8]])
    func wrongSecondByte(_ bytes: [UInt8]) {
        #expect(sequence(bytes) == .illFormed)
    }
}
