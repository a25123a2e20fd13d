internal import CMicroHTTPD
internal import Glibc

/// The request line as the library hands it to its access handler, with the connection that it came
/// on.
///
/// Ownership: borrowed from the library for the time of one access handler call.
@safe struct RequestHead {
    let connection: OpaquePointer
    let target: UnsafePointer<CChar>
    /// Where the request line begins in the library's buffer.
    let method: UnsafePointer<CChar>
    /// The last part of the request line.
    let version: UnsafePointer<CChar>

    init(
        connection: OpaquePointer, target: UnsafePointer<CChar>, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) {
        unsafe self.connection = connection
        unsafe self.target = target
        unsafe self.method = method
        unsafe self.version = version
    }

    var socket: Int32 { unsafe CMHD_connection_socket(connection) }

    /// "HTTP/1.0" needs no Host (RFC 9112 §3.2); the last digit tells.
    var needsHost: Bool { unsafe version[7] != 0x30 }

    /// - Parameter takesBody: whether `POST` is told apart, because its body is taken.
    func requestMethod(takesBody: Bool) -> Request.Method {
        if unsafe strcmp(method, "GET") == 0 { return .get }
        if unsafe strcmp(method, "HEAD") == 0 { return .head }
        if unsafe strcmp(method, "OPTIONS") == 0 { return .options }
        if takesBody, unsafe strcmp(method, "POST") == 0 { return .post }
        return .other
    }
}
