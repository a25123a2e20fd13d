internal import CMicroHTTPD
internal import Glibc

/// What makes a request head unacceptable, whatever it asks for.
///
/// The library's parser is lax where laxness can be abused: it takes the first of several `Host` or
/// `Content-Length` fields and prefers `Transfer-Encoding` silently. All of it is refused here,
/// once, for every route (RFC 9112 §3.2, §6.1, §6.3); where bodies are taken, a ``BodyAnnouncement``
/// judges those of a `POST`.
public enum RequestFault: Sendable, Hashable, CaseIterable {
    /// A space or a control character in the request target (RFC 9112 §3.2).
    case invalidTarget
    /// HTTP/1.1 without a `Host` field.
    case missingHost
    /// More than one `Host` field.
    case repeatedHost
    /// A body is announced where none is taken: `Transfer-Encoding`, or a `Content-Length` that
    /// isn't a single 0.
    case unexpectedBody
    /// A field name with a byte that no name may have, such as a space before the colon.
    case invalidFieldName
    /// A field that is folded over several lines, has no name, or whose value holds a control
    /// character (RFC 9112 §5.2, RFC 9110 §5.5).
    case invalidFieldLine
}

/// Walks through the header fields of one request and finds its fault.
struct RequestHeadCheck {
    private let takesBody: Bool
    private var hosts = 0
    private var lengths = 0
    private var fault: RequestFault?
    /// What the head says of a body; empty where none is taken.
    private(set) var body = BodyAnnouncement()
    /// Nil for a head that a strict parser has read.
    var layout: HeadLayout?

    /// - Parameter takesBody: whether this request may have a body.
    init(layout: HeadLayout? = nil, takesBody: Bool = false) {
        self.layout = layout
        self.takesBody = takesBody
    }

    /// Walks through the fields of `head`.
    init(of head: RequestHead, takesBody: Bool) {
        let version = unsafe head.version
        let layout = unsafe HeadLayout(behind: UnsafeRawPointer(version) + strlen(version))
        self.init(layout: CMHD_parses_laxly() ? layout : nil, takesBody: takesBody)
        let path = unsafe UnsafeRawPointer(head.target).assumingMemoryBound(to: UInt8.self)
        inspect(target: unsafe UnsafeBufferPointer(start: path, count: strlen(head.target)).span)
        unsafe withUnsafeMutablePointer(to: &self) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                head.connection, MHD_ValueKind.HEADER_KIND, inspectHeader, pointer)
        }
        unsafe self.layout?.finish(
            at: UnsafeRawPointer(head.method) + CMHD_head_size(head.connection))
    }

    mutating func inspect(target: Span<UInt8>) {
        for index in target.indices where target[index] <= 0x20 || target[index] == 0x7f {
            fault = .invalidTarget
        }
    }

    mutating func inspect(name: Span<UInt8>, value: Span<UInt8>) {
        guard Self.isToken(name) else {
            fault = fault ?? .invalidFieldName
            return
        }
        guard Self.isText(value) else {
            fault = fault ?? .invalidFieldLine
            return
        }
        // The first letter and the length pass over nearly all fields.
        switch (name[0] | 0x20, name.count) {
        case (UInt8(ascii: "h"), 4) where Self.equal(name, "host"):
            hosts += 1
        case (UInt8(ascii: "c"), 14) where Self.equal(name, "content-length"):
            lengths += 1
            if takesBody {
                body.takeLength(value)
            } else if value.count != 1 || value[0] != UInt8(ascii: "0") {
                fault = fault ?? .unexpectedBody
            }
        case (UInt8(ascii: "t"), 17) where Self.equal(name, "transfer-encoding"):
            if takesBody { body.takeCoding() } else { fault = fault ?? .unexpectedBody }
        default:
            break
        }
    }

    func verdict(hostRequired: Bool) -> RequestFault? {
        if layout?.isPlain == false { return .invalidFieldLine }
        if let fault { return fault }
        if lengths > 1, !takesBody { return .unexpectedBody }
        if hosts > 1 { return .repeatedHost }
        return hosts == 0 && hostRequired ? .missingHost : nil
    }

    /// Whether all bytes may stand in a field name (RFC 9110 §5.6.2, `tchar`).
    private static func isToken(_ name: Span<UInt8>) -> Bool {
        for index in name.indices {
            let byte = name[index]
            // One bit for each of the 128 ASCII characters that is a tchar.
            let bits: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
            guard byte < 128, bits >> UInt64(byte & 63) & 1 == 1 else { return false }
        }
        return name.count > 0
    }

    /// Whether no byte of a field's value is a control character, but for tabs.
    private static func isText(_ value: Span<UInt8>) -> Bool {
        for index in value.indices {
            let byte = value[index]
            if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7f { return false }
        }
        return true
    }

    /// Whether `name` is `lowercase` but for the case of its letters.
    private static func equal(_ name: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        for index in name.indices
        where unsafe name[index] | 0x20 != lowercase.utf8Start[index] | 0x20 {
            return false
        }
        return true
    }
}
