/// Why a document isn't PULSE v1, or why a status file can't be read or written.
public struct PulseError: Error, Sendable, Hashable {
    /// The stable code of a reason: a label in the metrics, a name in `docs/fixtures/index.json`.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Nothing but white space.
        case empty
        /// Over 65,536 bytes.
        case tooLarge = "too_large"
        /// A byte order mark comes first.
        case byteOrderMark = "byte_order_mark"
        /// UTF-16 or UTF-32.
        case wrongEncoding = "wrong_encoding"
        /// Bytes in a string that are not UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// A character that can't stand where it does.
        case syntax
        /// The document ends too early.
        case truncated
        /// A comma before the closing brace.
        case trailingComma = "trailing_comma"
        /// Something follows the document.
        case trailingBytes = "trailing_bytes"
        /// Another JSON value than an object, or none.
        case notAnObject = "not_an_object"
        /// A name that is not one of the six.
        case unknownField = "unknown_field"
        /// One of the six is not there.
        case missingField = "missing_field"
        /// A field stands twice.
        case duplicateField = "duplicate_field"
        /// A value of another type than the field's.
        case wrongType = "wrong_type"
        /// NaN or an infinity.
        case notFinite = "not_finite"
        /// A number too large for its type.
        case overflow
        /// A number below 0 where none may be.
        case negative
        /// A status that is not one of the four.
        case unknownStatus = "unknown_status"
        /// A control character in a string without an escape.
        case controlCharacter = "control_character"
        /// An escape that JSON does not know.
        case invalidEscape = "invalid_escape"
        /// Half of a surrogate pair without the other.
        case loneSurrogate = "lone_surrogate"

        // Of a file rather than a document:

        /// There is no such file.
        case missing
        /// A directory, FIFO, device or socket stands in the file's place.
        case notRegular = "not_regular"
        /// The system denies access to the file.
        case permissionDenied = "permission_denied"
        /// The file differs whenever it is read.
        case changing
        /// Any other failure of the system.
        case ioError = "io_error"
    }

    /// The six fields, by their names in the document.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case status, epoch
        case totalEpochs = "total_epochs"
        case loss, message, timestamp
    }

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

    static func negative(_ field: Field, offset: Int? = nil) -> PulseError {
        PulseError(.negative, field: field, offset: offset, "\(field.rawValue) is below 0")
    }

    package static let tooLarge = PulseError(
        .tooLarge, offset: 0, "the document is over \(PulseDecoder.sizeLimit) bytes")
}
