/// The ids of one server's events: `<boot>-<sequence>`.
///
/// A client gives the last one back when it reconnects. A sequence number of another start means
/// nothing here, so each start has a name.
struct EventIDs: Sendable {
    private let prefix: String

    init(boot: String = String(UInt32.random(in: .min ... .max), radix: 16)) {
        prefix = "\(boot)-"
    }

    /// The id of the event with a sequence number.
    func id(_ sequence: UInt64) -> String { prefix + String(sequence) }

    /// The sequence number in an id as ``id(_:)`` spells it; nil for any other text.
    func sequence(of id: Span<UInt8>) -> UInt64? {
        let start = prefix.utf8.count
        // 20 digits hold every sequence number; a client may send thousands of bytes.
        guard start < id.count, id.count <= start + 20,
            Bytes.equal(id.extracting(0..<start), Array(prefix.utf8))
        else { return nil }
        var digits = ""
        for index in start..<id.count {
            digits.unicodeScalars.append(Unicode.Scalar(id[index]))
        }
        // `UInt64` also reads "+1" and "01", which no server sent.
        return UInt64(digits).flatMap { String($0) == digits ? $0 : nil }
    }
}
