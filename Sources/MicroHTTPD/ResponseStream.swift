internal import CMicroHTTPD

/// The body of one event stream: the shell between a content reader and its ``StreamChannel``.
///
/// Used by the library's thread alone, so it needs no lock of its own.
@safe final class ResponseStream {
    private let reader: any StreamReader
    /// The response and its header lines, until they have been sent.
    private var head: (response: OpaquePointer, lines: [HeaderLine])?

    /// Bytes of the library's own buffer for a stream to an HTTP/1.0 client, which gets no chunks.
    ///
    /// It is allocated for each stream, so it is small.
    private static let blockSize = 64

    private init(_ reader: any StreamReader) {
        self.reader = reader
    }

    /// Answers a request with an endless body (`MHD_create_response_from_callback`).
    static func queue(_ opening: StreamOpening, on connection: OpaquePointer) -> MHD_Result {
        let stream = ResponseStream(
            opening.channel.open(opening, on: unsafe SuspendedConnection(pointer: connection)))
        // Ownership: the response holds the stream until the library calls `releaseStream`.
        let context = unsafe Unmanaged.passRetained(stream).toOpaque()
        guard
            let response = unsafe MHD_create_response_from_callback(
                CMHD_size_unknown, blockSize, readStream, context, releaseStream)
        else {
            unsafe Unmanaged<ResponseStream>.fromOpaque(context).release()
            return .NO
        }
        for line in opening.headers {
            unsafe line.add(to: response)
        }
        unsafe stream.head = (response, opening.headers)
        // The library keeps its own reference while it sends.
        defer { unsafe MHD_destroy_response(response) }
        return unsafe MHD_queue_response(connection, 200, response)
    }

    /// One turn of the content reader: bytes, or 0 when the connection is suspended now, or the
    /// end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        releaseHead()
        return switch unsafe reader.fill(buffer) {
        case .filled(let count): count
        case .suspend: 0
        case .end: CMHD_end_of_stream
        }
    }

    /// Gives the memory of the header lines back: the library calls the reader when they are sent,
    /// and a stream lasts for hours.
    private func releaseHead() {
        guard let head = unsafe head else { return }
        for line in unsafe head.lines {
            unsafe line.remove(from: head.response)
        }
        unsafe self.head = nil
    }
}

/// What it takes to answer a request with a stream.
public struct StreamOpening: Sendable {
    let channel: any ServedChannel
    let headers: [HeaderLine]
    let preamble: [UInt8]
    let known: UInt64?

    /// - Parameters:
    ///   - channel: whose updates are sent.
    ///   - headers: fields beside those that the library adds.
    ///   - preamble: the first bytes, before any update.
    ///   - known: the sequence number of the update that the client already has.
    public init(
        _ channel: StreamChannel<some StreamContent>, headers: [HeaderLine], preamble: [UInt8],
        known: UInt64?
    ) {
        self.channel = channel
        self.headers = headers
        self.preamble = preamble
        self.known = known
    }
}
