/// What makes a request head unacceptable, whatever it asks for (RFC 9112 §3, §5, §6).
///
/// Found in the head's bytes before the library reads them (``HeadGate``): a request that a proxy in
/// front may have read in another way is refused, and its connection closed.
public enum RequestFault: Sendable, Hashable, CaseIterable {
    /// The first line isn't a method, a target and `HTTP/1.x`, or the method is no token.
    case invalidRequestLine
    /// A version of HTTP that isn't 1.
    case unsupportedVersion
    /// A control character in the request target, or a target of none of the four forms
    /// (RFC 9112 §3.2).
    case invalidTarget
    /// The first line doesn't fit into the memory of a connection.
    case targetTooLong
    /// The fields don't fit into the memory of a connection.
    case fieldsTooLarge
    /// HTTP/1.1 without a `Host` field.
    case missingHost
    /// More than one `Host` field.
    case repeatedHost
    /// A body is announced where none is taken: `Transfer-Encoding`, or a `Content-Length` that
    /// isn't a single 0.
    case unexpectedBody
    /// A `Content-Length` that is no number, or several of them, where a body is taken.
    case invalidLength
    /// A `Content-Length` of more digits than any body has, where a body is taken.
    case bodyTooLarge
    /// A field name with a byte that no name may have, such as a space before the colon.
    case invalidFieldName
    /// A field that is folded over several lines, or whose value holds a control character
    /// (RFC 9112 §5.2, RFC 9110 §5.5).
    case invalidFieldLine

    /// The HTTP status code that says so.
    public var status: Int {
        switch self {
        case .unsupportedVersion: 505
        case .targetTooLong: 414
        case .fieldsTooLarge: 431
        case .bodyTooLarge: 413
        default: 400
        }
    }
}
