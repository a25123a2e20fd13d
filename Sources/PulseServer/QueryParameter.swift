/// A query parameter whose value can't be one.
struct MalformedParameter: Error {
    let name: StaticString

    /// The answer to a request that has it.
    var problem: Problem { .malformedParameter(name.withUTF8Buffer { unsafe Array($0) }) }
}

/// The values that query parameters have: pure.
enum QueryParameter {
    /// A text; nil where the parameter isn't given.
    static func text(_ bytes: [UInt8]?, of name: StaticString) throws(MalformedParameter) -> String?
    {
        guard let bytes else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MalformedParameter(name: name)
        }
        return text
    }

    /// A decimal number in a range, as it is canonically spelled; nil where the parameter isn't
    /// given.
    static func number(_ bytes: [UInt8]?, of name: StaticString, in range: ClosedRange<Int>)
        throws(MalformedParameter) -> Int?
    {
        guard let text = try text(bytes, of: name) else { return nil }
        guard let number = Int(text), String(number) == text, range.contains(number) else {
            throw MalformedParameter(name: name)
        }
        return number
    }
}
