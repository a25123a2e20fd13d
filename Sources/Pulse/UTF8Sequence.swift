/// One character in UTF-8 that is not ASCII (Unicode 15, table 3-7).
enum UTF8Sequence: Equatable {
    /// Two to four bytes that belong together.
    case wellFormed(length: Int)
    /// Well-formed as far as it goes, but the bytes end before it does.
    case cutOff
    /// Overlong, a surrogate, beyond U+10FFFF, or a stray byte.
    case illFormed

    /// The sequence that begins at `start`.
    init(in bytes: Span<UInt8>, at start: Int) {
        let length: Int
        // Only the second byte is bound more tightly, and only behind these.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[start] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default:
            self = .illFormed
            return
        }
        for index in 1..<length {
            guard start + index < bytes.count else {
                self = .cutOff
                return
            }
            let continuation = index == 1 ? second : 0x80...0xBF
            guard continuation.contains(bytes[start + index]) else {
                self = .illFormed
                return
            }
        }
        self = .wellFormed(length: length)
    }
}
