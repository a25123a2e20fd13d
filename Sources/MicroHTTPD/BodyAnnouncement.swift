/// What the head of a request that may have a body says of its size: pure.
///
/// Only `Content-Length` is taken. `Transfer-Encoding` would need nothing more of the library, but
/// then the size is known when it is too late to refuse it by the head.
struct BodyAnnouncement: Hashable {
    /// Why a body isn't taken.
    enum Refusal: Hashable, CaseIterable {
        /// No `Content-Length`, or `Transfer-Encoding` beside it or in its place (RFC 9112 §6.3).
        case missingLength
        /// A `Content-Length` that is no number, or several of them.
        case invalidLength
        /// More than is taken.
        case tooLarge

        /// The HTTP status code that says so.
        var status: Int {
            switch self {
            case .missingLength: 411
            case .invalidLength: 400
            case .tooLarge: 413
            }
        }
    }

    private var lengths = 0
    /// The announced bytes; nil for what is no number.
    private var length: Int?
    private var isCoded = false

    /// The value of a `Content-Length` field.
    mutating func takeLength(_ value: Span<UInt8>) {
        lengths += 1
        length = Self.number(value)
    }

    /// A `Transfer-Encoding` field, whatever it says.
    mutating func takeCoding() {
        isCoded = true
    }

    /// Nil for a body of `limit` bytes at most.
    func refusal(limit: Int) -> Refusal? {
        if isCoded || lengths == 0 { return .missingLength }
        guard lengths == 1, let length else { return .invalidLength }
        return length > limit ? .tooLarge : nil
    }

    /// `1*DIGIT` (RFC 9110 §8.6); more than fits is as much as can be.
    private static func number(_ text: Span<UInt8>) -> Int? {
        guard text.count > 0 else { return nil }
        var number = 0
        for index in text.indices {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
            number = overflows || tens > .max - 9 ? .max : tens + Int(text[index] & 0x0f)
        }
        return number
    }
}
