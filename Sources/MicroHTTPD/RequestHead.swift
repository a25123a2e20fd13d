internal import CMicroHTTPD
internal import Glibc

/// The request line as the library hands it to its access handler, with the connection that it came
/// on.
///
/// Ownership: borrowed from the library for the time of one access handler call.
@safe struct RequestHead {
    let connection: OpaquePointer
    let target: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>

    init(
        connection: OpaquePointer, target: UnsafePointer<CChar>, method: UnsafePointer<CChar>
    ) {
        unsafe self.connection = connection
        unsafe self.target = target
        unsafe self.method = method
    }

    var socket: Int32 { unsafe CMHD_connection_socket(connection) }

    /// Whether the target has a form that goes with the method (RFC 9112 §3.2).
    var targetFault: RequestFault? {
        if unsafe target[0] == 0x2f { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: target, count: strlen(target))
        let name = unsafe UnsafeRawBufferPointer(start: method, count: strlen(method))
        return unsafe RequestTarget.isAllowed(
            bytes.bindMemory(to: UInt8.self).span, for: name.bindMemory(to: UInt8.self).span)
            ? nil : .invalidTarget
    }

    /// - Parameter takesBody: whether `POST` is told apart, because its body is taken.
    func requestMethod(takesBody: Bool) -> Request.Method {
        if unsafe strcmp(method, "GET") == 0 { return .get }
        if unsafe strcmp(method, "HEAD") == 0 { return .head }
        if unsafe strcmp(method, "OPTIONS") == 0 { return .options }
        if takesBody, unsafe strcmp(method, "POST") == 0 { return .post }
        return .other
    }
}
