/// Any JSON value, read leniently: for documents of another version or of a broken writer.
///
/// Never the gate for PULSE v1, which is ``PulseDecoder``: this takes what Python writes for NaN,
/// and of two members with one name the last.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Arrays and objects within each other at most: the reader calls itself for each.
    private static let depthLimit = 16

    /// nil when the bytes are no JSON.
    package init?(_ document: [UInt8]) {
        let document = document.span
        var scanner = JSONScanner()
        guard let value = try? Self.value(document, &scanner, depth: 0) else { return nil }
        scanner.skipWhiteSpace(document)
        guard scanner.isAtEnd(document) else { return nil }
        self = value
    }

    /// The value of a member; nil when there is none, or when this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The text of a string.
    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a number.
    package var number: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The elements of an array in which all are numbers.
    package var numbers: [Double]? {
        guard case .array(let elements) = self else { return nil }
        let numbers = elements.compactMap(\.number)
        return numbers.count == elements.count ? numbers : nil
    }

    private static func value(_ document: Span<UInt8>, _ scanner: inout JSONScanner, depth: Int)
        throws(PulseError) -> JSONValue
    {
        scanner.skipWhiteSpace(document)
        guard depth < depthLimit else { throw scanner.unexpected(in: document) }
        if scanner.skip(UInt8(ascii: "\""), in: document) {
            return .string(try scanner.string(document).text(document))
        }
        if scanner.skip(UInt8(ascii: "["), in: document) {
            var elements: [JSONValue] = []
            try list(document, &scanner, end: "]") { scanner throws(PulseError) in
                elements.append(try value(document, &scanner, depth: depth + 1))
            }
            return .array(elements)
        }
        if scanner.skip(UInt8(ascii: "{"), in: document) {
            var members: [String: JSONValue] = [:]
            try list(document, &scanner, end: "}") { scanner throws(PulseError) in
                try scanner.expect(UInt8(ascii: "\""), in: document)
                let name = try scanner.string(document).text(document)
                scanner.skipWhiteSpace(document)
                try scanner.expect(UInt8(ascii: ":"), in: document)
                members[name] = try value(document, &scanner, depth: depth + 1)
            }
            return .object(members)
        }
        return try word(document, &scanner)
    }

    /// What stands between an opening bracket, which was read, and its closing one.
    private static func list(
        _ document: Span<UInt8>, _ scanner: inout JSONScanner, end: Unicode.Scalar,
        item: (inout JSONScanner) throws(PulseError) -> Void
    ) throws(PulseError) {
        let end = UInt8(ascii: end)
        scanner.skipWhiteSpace(document)
        if scanner.skip(end, in: document) { return }
        while true {
            scanner.skipWhiteSpace(document)
            try item(&scanner)
            scanner.skipWhiteSpace(document)
            if scanner.skip(end, in: document) { return }
            try scanner.expect(UInt8(ascii: ","), in: document)
        }
    }

    /// A number, `true`, `false`, `null`, or Python's `NaN` and `Infinity`.
    private static func word(_ document: Span<UInt8>, _ scanner: inout JSONScanner)
        throws(PulseError) -> JSONValue
    {
        let start = scanner.index
        while scanner.index < document.count, isWord(document[scanner.index]) {
            scanner.index += 1
        }
        let text = String(
            decoding: (start..<scanner.index).map { document[$0] }, as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        guard let number = Double(text) else {
            scanner.index = start
            throw scanner.unexpected(in: document)
        }
        return .number(number)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "+-.".utf8.contains(byte)
        }
    }
}
