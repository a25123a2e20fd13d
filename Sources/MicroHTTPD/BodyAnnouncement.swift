/// What the head of a request that may have a body says of its size: pure.
///
/// Only `Content-Length` is taken. `Transfer-Encoding` would need nothing more of the library, but
/// then the size is known when it is too late to refuse it by the head. A length that is no number,
/// or one of several, has been refused before (``RequestFault/invalidLength``).
struct BodyAnnouncement: Hashable {
    /// Why a body isn't taken.
    enum Refusal: Hashable, CaseIterable {
        /// No `Content-Length`, or `Transfer-Encoding` beside it or in its place (RFC 9112 §6.3).
        case missingLength
        /// More than is taken.
        case tooLarge

        /// The HTTP status code that says so.
        var status: Int {
            switch self {
            case .missingLength: 411
            case .tooLarge: 413
            }
        }
    }

    /// The announced bytes; nil without a `Content-Length`.
    let length: Int?
    /// Whether there is a `Transfer-Encoding`, whatever it says.
    let isCoded: Bool

    init(length: Int?, isCoded: Bool) {
        self.length = length
        self.isCoded = isCoded
    }

    init(of request: borrowing Request) {
        self.init(
            length: request.withHeader(.contentLength, Self.number),
            isCoded: request.withHeader(.transferEncoding) { _ in true } ?? false)
    }

    /// Nil for a body of `limit` bytes at most.
    func refusal(limit: Int) -> Refusal? {
        guard !isCoded, let length else { return .missingLength }
        return length > limit ? .tooLarge : nil
    }

    /// The number that some digits stand for (RFC 9110 §8.6).
    static func number(_ digits: Span<UInt8>) -> Int {
        var number = 0
        for index in digits.indices { number = number * 10 + Int(digits[index] & 0x0f) }
        return number
    }
}
