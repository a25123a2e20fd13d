/// Walks through the query parameters of one request and finds the first that can't be read.
///
/// A parameter that nobody asks for is ignored, whatever it says. One whose escapes are broken, or
/// don't stand for UTF-8, says nothing: whoever sent it made a mistake.
struct QueryCheck {
    /// The name of the first malformed parameter, as it stands in the target.
    private(set) var malformed: [UInt8]?

    mutating func inspect(name: Span<UInt8>, value: Span<UInt8>) {
        guard malformed == nil, !Self.isText(name) || !Self.isText(value) else { return }
        malformed = []
        for index in name.indices { malformed?.append(name[index]) }
    }

    private static func isText(_ encoded: Span<UInt8>) -> Bool {
        guard let bytes = PercentEncoding.decoded(encoded) else { return false }
        return String(validating: bytes, as: UTF8.self) != nil
    }
}
