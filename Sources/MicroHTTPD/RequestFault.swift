internal import CMicroHTTPD
internal import Glibc

/// What makes a request head unacceptable, whatever it asks for.
///
/// The library's parser is lax where laxness can be abused: it takes the first of several `Host` or
/// `Content-Length` fields and prefers `Transfer-Encoding` silently. Pulse reads no bodies, so all
/// of it is refused here, once, for every route (RFC 9112 §3.2, §6.1, §6.3).
public enum RequestFault: Sendable, Hashable, CaseIterable {
    /// A space or a control character in the request target (RFC 9112 §3.2).
    case invalidTarget
    /// HTTP/1.1 without a `Host` field.
    case missingHost
    /// More than one `Host` field.
    case repeatedHost
    /// A body is announced: `Transfer-Encoding`, or a `Content-Length` that isn't a single 0.
    case unexpectedBody
    /// A field name with a byte that no name may have, such as a space before the colon.
    case invalidFieldName
}

/// Walks through the header fields of one request and finds its fault.
struct RequestHeadCheck {
    private var hosts = 0
    private var lengths = 0
    private var fault: RequestFault?

    static func fault(
        on connection: OpaquePointer, target: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) -> RequestFault? {
        var check = RequestHeadCheck()
        let start = unsafe UnsafeRawPointer(target).assumingMemoryBound(to: UInt8.self)
        check.inspect(target: unsafe UnsafeBufferPointer(start: start, count: strlen(target)).span)
        unsafe withUnsafeMutablePointer(to: &check) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, MHD_ValueKind.HEADER_KIND, inspectHeader, pointer)
        }
        // "HTTP/1.0" needs no Host (RFC 9112 §3.2); the last digit tells.
        return check.verdict(hostRequired: unsafe version[7] != 0x30)
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
        // The first letter and the length pass over nearly all fields.
        switch (name[0] | 0x20, name.count) {
        case (UInt8(ascii: "h"), 4) where Self.equal(name, "host"):
            hosts += 1
        case (UInt8(ascii: "c"), 14) where Self.equal(name, "content-length"):
            lengths += 1
            if value.count != 1 || value[0] != UInt8(ascii: "0") {
                fault = fault ?? .unexpectedBody
            }
        case (UInt8(ascii: "t"), 17) where Self.equal(name, "transfer-encoding"):
            fault = fault ?? .unexpectedBody
        default:
            break
        }
    }

    func verdict(hostRequired: Bool) -> RequestFault? {
        if let fault { return fault }
        if lengths > 1 { return .unexpectedBody }
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

    /// Whether `name` is `lowercase` but for the case of its letters.
    private static func equal(_ name: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        for index in name.indices
        where unsafe name[index] | 0x20 != lowercase.utf8Start[index] | 0x20 {
            return false
        }
        return true
    }
}
