extension PulseError {
    /// The stable code of a reason: a label in the metrics, a name in `docs/fixtures/index.json`.
    ///
    /// A structure and no enumeration: one more reason breaks no `switch` of somebody else.
    public struct Reason: RawRepresentable, CaseIterable, Sendable, Hashable {
        private enum Name: String, CaseIterable {
            case empty
            case tooLarge = "too_large"
            case byteOrderMark = "byte_order_mark"
            case wrongEncoding = "wrong_encoding"
            case invalidUTF8 = "invalid_utf8"
            case syntax
            case truncated
            case trailingComma = "trailing_comma"
            case trailingBytes = "trailing_bytes"
            case notAnObject = "not_an_object"
            case unknownField = "unknown_field"
            case missingField = "missing_field"
            case duplicateField = "duplicate_field"
            case wrongType = "wrong_type"
            case notFinite = "not_finite"
            case overflow
            case negative
            case unknownStatus = "unknown_status"
            case controlCharacter = "control_character"
            case invalidEscape = "invalid_escape"
            case loneSurrogate = "lone_surrogate"
            case unsupportedVersion = "unsupported_version"
            case tooLong = "too_long"
            case zero
            case tooManyMetrics = "too_many_metrics"
            case invalidName = "invalid_name"
            case duplicateName = "duplicate_name"
            case missing
            case notRegular = "not_regular"
            case permissionDenied = "permission_denied"
            case changing
            case ioError = "io_error"
        }

        private let name: Name

        private init(_ name: Name) {
            self.name = name
        }

        /// nil when no reason has this code.
        public init?(rawValue: String) {
            guard let name = Name(rawValue: rawValue) else { return nil }
            self.init(name)
        }

        /// The code, such as `too_large`.
        public var rawValue: String { name.rawValue }

        /// All that this version knows.
        public static var allCases: [Self] { Name.allCases.map(Self.init) }

        /// Nothing but white space.
        public static var empty: Self { Self(.empty) }
        /// Over 65,536 bytes.
        public static var tooLarge: Self { Self(.tooLarge) }
        /// A byte order mark comes first.
        public static var byteOrderMark: Self { Self(.byteOrderMark) }
        /// UTF-16 or UTF-32.
        public static var wrongEncoding: Self { Self(.wrongEncoding) }
        /// Bytes in a string that are not UTF-8.
        public static var invalidUTF8: Self { Self(.invalidUTF8) }
        /// A character that can't stand where it does.
        public static var syntax: Self { Self(.syntax) }
        /// The document ends too early.
        public static var truncated: Self { Self(.truncated) }
        /// A comma before the closing brace.
        public static var trailingComma: Self { Self(.trailingComma) }
        /// Something follows the document.
        public static var trailingBytes: Self { Self(.trailingBytes) }
        /// Another JSON value than an object, or none.
        public static var notAnObject: Self { Self(.notAnObject) }
        /// A name that is none of the version's fields.
        public static var unknownField: Self { Self(.unknownField) }
        /// One of the version's fields is not there.
        public static var missingField: Self { Self(.missingField) }
        /// A field stands twice.
        public static var duplicateField: Self { Self(.duplicateField) }
        /// A value of another type than the field's.
        public static var wrongType: Self { Self(.wrongType) }
        /// NaN or an infinity.
        public static var notFinite: Self { Self(.notFinite) }
        /// A number too large for its type.
        public static var overflow: Self { Self(.overflow) }
        /// A number below 0 where none may be.
        public static var negative: Self { Self(.negative) }
        /// A status that is not one of the four.
        public static var unknownStatus: Self { Self(.unknownStatus) }
        /// A control character in a string without an escape.
        public static var controlCharacter: Self { Self(.controlCharacter) }
        /// An escape that JSON does not know.
        public static var invalidEscape: Self { Self(.invalidEscape) }
        /// Half of a surrogate pair without the other.
        public static var loneSurrogate: Self { Self(.loneSurrogate) }

        // Of PULSE v2 alone:

        /// A version that isn't known here.
        public static var unsupportedVersion: Self { Self(.unsupportedVersion) }
        /// A text of more bytes than its field takes.
        public static var tooLong: Self { Self(.tooLong) }
        /// A 0 where counting begins at 1.
        public static var zero: Self { Self(.zero) }
        /// More metrics than there may be.
        public static var tooManyMetrics: Self { Self(.tooManyMetrics) }
        /// A metric's name with other characters, or too many.
        public static var invalidName: Self { Self(.invalidName) }
        /// A metric stands twice.
        public static var duplicateName: Self { Self(.duplicateName) }

        // Of a file rather than a document:

        /// There is no such file.
        public static var missing: Self { Self(.missing) }
        /// A directory, FIFO, device or socket stands in the file's place.
        public static var notRegular: Self { Self(.notRegular) }
        /// The system denies access to the file.
        public static var permissionDenied: Self { Self(.permissionDenied) }
        /// The file differs whenever it is read.
        public static var changing: Self { Self(.changing) }
        /// Any other failure of the system.
        public static var ioError: Self { Self(.ioError) }
    }
}

extension PulseError.Reason: CustomStringConvertible {
    /// The code.
    public var description: String { rawValue }
}
