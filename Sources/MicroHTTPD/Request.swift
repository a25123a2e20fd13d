internal import CMicroHTTPD
internal import Glibc

/// One request, borrowed while it is answered: nothing of it is copied until somebody asks.
///
/// It reads the library's own memory, so it can't outlive the call that hands it out.
@safe public struct Request: ~Copyable {
    /// The methods that are told apart.
    public enum Method: Sendable {
        case get, head, options
        /// Told apart only where bodies are taken (``DaemonConfiguration/bodyLimit``).
        case post
        /// Any other method; the request is answered before its body is read, and the connection
        /// closes.
        case other
    }

    /// The method of the request line.
    public let method: Method
    /// What makes the head unacceptable for every route; nil for a sound request.
    public let fault: RequestFault?
    /// The whole body of a `POST` that is to be answered; empty for any other request, and before
    /// its body has been read.
    public let body: [UInt8]

    // Ownership: borrowed from the library for the time of one access handler call.
    private let connection: OpaquePointer
    private let target: UnsafeBufferPointer<UInt8>

    init(_ head: RequestHead, method: Method, fault: RequestFault? = nil, body: [UInt8] = []) {
        unsafe self.connection = head.connection
        self.method = method
        self.fault = fault
        self.body = body
        let start = unsafe UnsafeRawPointer(head.target).assumingMemoryBound(to: UInt8.self)
        unsafe self.target = unsafe UnsafeBufferPointer(start: start, count: strlen(head.target))
    }

    /// Where the request's path stands in `table`; nil when it isn't there.
    ///
    /// The plain bytes are tried first; only a target with escapes or in absolute-form is decoded.
    public func match(in table: PathTable) -> PathTable.Match? {
        let target = unsafe self.target.span
        guard target.count > 0, needsDecoding else { return table.match(target) }
        return RequestTarget.path(of: target).flatMap { table.match($0.span) }
    }

    private var needsDecoding: Bool {
        unsafe target[0] != UInt8(ascii: "/") || target.contains(UInt8(ascii: "%"))
    }

    /// How many segments of the path stand before its last: so often `../` leads from it to the root, for a
    /// client that doesn't know what a proxy has cut off.
    public var pathDepth: Int {
        let path = unsafe target.prefix { $0 != UInt8(ascii: "?") }
        guard unsafe path.first == UInt8(ascii: "/") else { return 0 }
        return unsafe path.count { $0 == UInt8(ascii: "/") } - 1
    }

    /// Whether the target names the server itself, as only proxies are sent it (RFC 9112 §3.2.2).
    public var isAbsoluteForm: Bool {
        unsafe RequestTarget.authority(of: target.span) != nil
    }

    /// The bytes that name the server: the authority of an absolute-form target, else the `Host`
    /// field.
    @inlinable
    public func withAuthority<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        guard let authority = unsafe authority else { return nil }
        return unsafe body(authority.span)
    }

    /// The bytes of a header field, without white space around; nil when the field is absent.
    ///
    /// Of a list, all lines joined to one (RFC 9110 §5.3); of any other field the first.
    @inlinable
    public func withHeader<Result>(_ field: HeaderField, _ body: (Span<UInt8>) -> Result) -> Result?
    {
        guard let value = unsafe value(of: field) else { return nil }
        if let list = unsafe joined(value, of: field) { return body(list.span) }
        return unsafe body(value.span)
    }

    /// The bytes that a query parameter stands for; nil when it is absent or malformed.
    public func queryParameter(_ name: StaticString) -> [UInt8]? {
        var lookup = ParameterLookup(name)
        unsafe withUnsafeMutablePointer(to: &lookup) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, MHD_ValueKind.GET_ARGUMENT_KIND, findParameter, pointer)
        }
        guard let value = unsafe lookup.value else { return nil }
        return unsafe PercentEncoding.decoded(value.span)
    }

    /// The query as it stands in the target, without its `?`; nil where there is none, or one with bytes
    /// that no URI has.
    public var query: String? {
        var query = QueryText()
        unsafe withUnsafeMutablePointer(to: &query) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, MHD_ValueKind.GET_ARGUMENT_KIND, collectQuery, pointer)
        }
        return query.text
    }

    /// The name of the first query parameter that can't be read, as it stands in the target; nil
    /// for a sound query.
    ///
    /// A parameter can't be read when its escapes are broken, or don't stand for UTF-8.
    public var malformedQueryParameter: [UInt8]? {
        var check = QueryCheck()
        unsafe withUnsafeMutablePointer(to: &check) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, MHD_ValueKind.GET_ARGUMENT_KIND, inspectQueryParameter, pointer)
        }
        return check.malformed
    }

    // The two that lend bytes are inlined into other modules, so what they need is visible there.
    // The library keeps these bytes until the request is answered.

    @usableFromInline
    var authority: UnsafeBufferPointer<UInt8>? {
        if let range = unsafe RequestTarget.authority(of: target.span) {
            return unsafe UnsafeBufferPointer(rebasing: target[range])
        }
        return unsafe value(of: .host)
    }

    @usableFromInline
    func value(of field: HeaderField) -> UnsafeBufferPointer<UInt8>? {
        var value: UnsafePointer<CChar>?
        var count = 0
        let name = field.name
        let key = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard
            unsafe MHD_lookup_connection_value_n(
                connection, MHD_ValueKind.HEADER_KIND, key, name.utf8CodeUnitCount, &value, &count)
                == .YES,
            let value = unsafe value
        else { return nil }
        let start = unsafe UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self)
        let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
        let length = unsafe HeaderField.countWithoutBlanks(of: bytes.span)
        return unsafe UnsafeBufferPointer(rebasing: bytes[..<length])
    }

    /// All lines of a list that has several, of which `first` is the first; nil for one line, and
    /// for a field that is no list.
    @usableFromInline
    func joined(_ first: UnsafeBufferPointer<UInt8>, of field: HeaderField) -> [UInt8]? {
        guard let separator = field.separator else { return nil }
        var further = FurtherLines(of: field, separator: separator)
        unsafe withUnsafeMutablePointer(to: &further) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, MHD_ValueKind.HEADER_KIND, collectLine, pointer)
        }
        return further.bytes.isEmpty ? nil : unsafe Array(first) + further.bytes
    }
}
