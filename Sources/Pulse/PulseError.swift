/// Why a document isn't PULSE, or why a status file can't be read or written.
public struct PulseError: Error, Sendable, Hashable {
    /// The code of what is wrong.
    public let reason: Reason
    /// The field concerned, where there is one.
    public let field: Field?
    /// The byte of the document where the problem shows, from 0.
    public let offset: Int?
    private let detail: String

    package init(_ reason: Reason, field: Field? = nil, offset: Int? = nil, _ detail: String) {
        self.reason = reason
        self.field = field
        self.offset = offset
        self.detail = detail
    }
}

extension PulseError: CustomStringConvertible {
    /// One line for a person, such as `loss is NaN, which JSON does not have (byte 78)`.
    public var description: String {
        offset.map { "\(detail) (byte \($0))" } ?? detail
    }
}

extension PulseError {
    static func notFinite(_ field: Field, _ value: Double, offset: Int? = nil) -> PulseError {
        let name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        return PulseError(
            .notFinite, field: field, offset: offset,
            "\(field.rawValue) is \(name), which JSON does not have")
    }

    /// The same error, which names one of the metrics.
    func about(metric name: String) -> PulseError {
        guard detail.hasPrefix("\(Field.metrics) ") else { return self }
        return PulseError(
            reason, field: field, offset: offset,
            "the metric \(name)\(detail.dropFirst(Field.metrics.rawValue.count))")
    }

    static func negative(_ field: Field, offset: Int? = nil) -> PulseError {
        PulseError(.negative, field: field, offset: offset, "\(field.rawValue) is below 0")
    }

    package static let tooLarge = PulseError(
        .tooLarge, offset: 0, "the document is over \(PulseDecoder.sizeLimit) bytes")
}
