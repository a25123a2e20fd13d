/// Follows the bytes of a name, one at a time, and tells which of the fields it is that decide how a
/// request is read.
struct KnownField: Sendable {
    /// The fields; the place of each tells nothing.
    enum Name: UInt8, Sendable {
        case host, contentLength, transferEncoding, cookie, expect

        fileprivate var text: StaticString {
            switch self {
            case .host: "host"
            case .contentLength: "content-length"
            case .transferEncoding: "transfer-encoding"
            case .cookie: "cookie"
            case .expect: "expect"
            }
        }
    }

    private var candidate: Name?
    private var count: UInt8 = 0

    /// The field whose whole name has been followed; nil for any other, and for a part of a name.
    var name: Name? {
        guard let candidate, Int(count) == candidate.text.utf8CodeUnitCount else { return nil }
        return candidate
    }

    /// Takes the next byte; names compare without case.
    @inline(__always)
    mutating func follow(_ byte: UInt8) {
        if count == 0 {
            candidate = Self.beginning(with: byte | 0x20)
            count = 1
        } else if candidate != nil {
            followCandidate(byte | 0x20)
        }
    }

    private mutating func followCandidate(_ letter: UInt8) {
        // The two that begin alike differ in their third letter.
        if count == 2, letter == UInt8(ascii: "o"), candidate == .contentLength {
            candidate = .cookie
        }
        guard let text = candidate?.text, Int(count) < text.utf8CodeUnitCount,
            unsafe text.utf8Start[Int(count)] == letter
        else { return candidate = nil }
        count += 1
    }

    private static func beginning(with letter: UInt8) -> Name? {
        switch letter {
        case UInt8(ascii: "h"): .host
        case UInt8(ascii: "c"): .contentLength
        case UInt8(ascii: "t"): .transferEncoding
        case UInt8(ascii: "e"): .expect
        default: nil
        }
    }
}
