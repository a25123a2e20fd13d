internal import CMicroHTTPD

/// One complete answer with a body of known size: status, headers, bytes.
///
/// Built once and queued as often as needed: the library counts the references itself
/// (`MHD_queue_response`), so a response may be replaced while it is still being sent. A `HEAD`
/// request gets the same response without its body.
@safe public final class Response: Sendable {
    /// The HTTP status code, such as 200.
    public let status: Int
    // Ownership: one reference of ours, given back in deinit; the library takes its own while
    // sending.
    nonisolated(unsafe) private let handle: OpaquePointer

    /// Makes a response to be queued as often as needed.
    ///
    /// - Parameters:
    ///   - status: the HTTP status code.
    ///   - headers: fields beside those that the library adds (`Date`, `Content-Length`,
    ///     `Connection`). They come from our own tables, never from a client.
    ///   - body: copied by the library (`MHD_RESPMEM_MUST_COPY`).
    public init(status: Int, headers: [HeaderLine] = [], body: [UInt8] = []) {
        self.status = status
        unsafe handle = unsafe body.withUnsafeBytes { bytes in
            let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            guard
                let handle = unsafe MHD_create_response_from_buffer(
                    bytes.count, start, MHD_ResponseMemoryMode.RESPMEM_MUST_COPY)
            else { fatalError("out of memory for a response of \(bytes.count) bytes") }
            return unsafe handle
        }
        for line in headers {
            unsafe line.add(to: handle)
        }
    }

    /// A response that has no body because of its status, which is 304.
    ///
    /// - Parameters:
    ///   - status: 304.
    ///   - headers: those of the 200 that a cache may want to update.
    ///   - lengthOfOmittedBody: bytes that the body of the 200 has; the library announces them, and
    ///     anything else would be wrong (RFC 9110 §8.6).
    public init(status: Int, headers: [HeaderLine], lengthOfOmittedBody: Int) {
        precondition(status == 304, "\(status) comes with a body")
        self.status = status
        // A response from a buffer would need the bytes; the reader of this one is never called.
        guard
            let handle = unsafe MHD_create_response_from_callback(
                UInt64(lengthOfOmittedBody), 1, readNothing, nil, nil)
        else { fatalError("out of memory for a response without a body") }
        unsafe self.handle = unsafe handle
        for line in headers {
            unsafe line.add(to: handle)
        }
    }

    /// The answer to a `HEAD` where a `GET` gets a stream: no length, because a stream has none
    /// (RFC 9110 §8.6), and the end of the connection.
    ///
    /// With `Transfer-Encoding` the library (0.9.75) would send the final chunk of a body that a
    /// `HEAD` doesn't have, which the client takes for the next answer.
    public init(headOfStream headers: [HeaderLine]) {
        status = 200
        guard
            let handle = unsafe MHD_create_response_from_callback(
                CMHD_size_unknown, 1, readNothing, nil, nil)
        else { fatalError("out of memory for a response without a body") }
        unsafe CMHD_end_with_response(handle)
        unsafe self.handle = unsafe handle
        for line in headers {
            unsafe line.add(to: handle)
        }
    }

    deinit {
        unsafe MHD_destroy_response(handle)
    }

    /// Hands the response to the library, which sends it when the callback has returned.
    func queue(on connection: OpaquePointer) -> MHD_Result {
        unsafe MHD_queue_response(connection, UInt32(status), handle)
    }
}

/// One response header line.
public struct HeaderLine: Sendable, Hashable {
    /// The field's name, such as `ETag`.
    public let name: String
    /// The field's value, without line ends.
    public let value: String

    /// Makes a line from a name and a value of our own: nothing that a client sent belongs here.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    func add(to response: OpaquePointer) {
        let added = unsafe MHD_add_response_header(response, name, value)
        precondition(added == .YES, "not a header line: \(name): \(value)")
    }

    func remove(from response: OpaquePointer) {
        _ = unsafe MHD_del_response_header(response, name, value)
    }
}
