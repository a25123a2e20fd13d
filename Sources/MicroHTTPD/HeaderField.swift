/// The name of a request header field; names compare without case.
public struct HeaderField: Sendable {
    let name: StaticString
    /// What stands between the elements of a list; nil for a field that is none.
    let separator: StaticString?

    /// The last letter of a name that is hidden from the library.
    ///
    /// ``HeadGate`` puts it there. A client that sends such a name by itself has sent the field.
    static let disguise = UInt8(ascii: "~")
    static let contentLength = HeaderField("Content-Length")
    static let expect = HeaderField("Expect")
    static let transferEncoding = HeaderField("Transfer-Encoding")

    /// Names a field.
    ///
    /// - Parameter separator: joins the lines of a field that is a list, such as `, `
    ///   (RFC 9110 §5.3); nil for one of a single line.
    public init(_ name: StaticString, separator: StaticString? = nil) {
        self.name = name
        self.separator = separator
    }

    /// Whether a line of a head with this name belongs to the field.
    func isCalled(_ name: Span<UInt8>) -> Bool {
        guard name.count == self.name.utf8CodeUnitCount else { return false }
        for index in name.indices
        where unsafe name[index] | 0x20 != self.name.utf8Start[index] | 0x20 {
            return false
        }
        return true
    }

    /// How much of a value is left without the blanks behind it, which are no part of it
    /// (RFC 9112 §5.1); the library keeps them.
    static func countWithoutBlanks(of value: Span<UInt8>) -> Int {
        var count = value.count
        while count > 0, value[count - 1] == 0x20 || value[count - 1] == 0x09 { count -= 1 }
        return count
    }

    /// RFC 9110 §12.5.1.
    public static let accept = HeaderField("Accept", separator: ", ")
    /// RFC 9110 §12.5.4.
    public static let acceptLanguage = HeaderField("Accept-Language", separator: ", ")
    /// RFC 9110 §11.6.2.
    public static let authorization = HeaderField("Authorization")
    /// `Cookie` (RFC 6265 §5.4), under the name that the library gets to see; several lines are of
    /// HTTP/2 (RFC 9113 §8.2.3).
    public static let cookie = HeaderField("Cooki~", separator: "; ")
    /// RFC 9110 §7.2.
    public static let host = HeaderField("Host")
    /// RFC 9110 §13.1.1.
    public static let ifMatch = HeaderField("If-Match", separator: ", ")
    /// RFC 9110 §13.1.2.
    public static let ifNoneMatch = HeaderField("If-None-Match", separator: ", ")
    /// WHATWG HTML §9.2.4.
    public static let lastEventID = HeaderField("Last-Event-ID")
    /// Fetch §3.1.
    public static let origin = HeaderField("Origin")
}
