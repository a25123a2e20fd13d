/// A value as SQLite keeps it (https://sqlite.org/datatype3.html).
public enum Value: Sendable, Hashable {
    /// 64 bits with a sign.
    case integer(Int64)
    /// A double; SQLite keeps NaN as ``null``.
    case real(Double)
    /// UTF-8.
    case text(String)
    /// Any bytes.
    case blob([UInt8])
    /// No value.
    case null
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// No value.
    public init(nilLiteral: ()) { self = .null }

    /// An integer.
    public static func integer(_ value: Int) -> Value { .integer(Int64(value)) }
}
