internal import CMicroHTTPD
internal import Glibc

// The steps of a request. What its mark points at tells what the library has of it:
// - the connection: nothing, it has no body;
// - a `RequestBody`, retained: what has arrived of its body;
// - the core: it was answered by its head, and the connection ends.

extension DaemonCore {
    /// The head has arrived: refuses it, or says YES for the rest of the request.
    ///
    /// An answer at this call makes the library discard what follows and close the connection: right
    /// for what must be refused, wrong for a valid request, which keeps its connection.
    func begin(
        _ head: RequestHead, mark: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        let (socket, gates) = (head.socket, self.gates)
        // Nothing is served that its gate hasn't read.
        guard gates.isWaiting(Int(socket)) else { return .NO }
        arrived(socket)
        let method = head.requestMethod(takesBody: bodyLimit > 0)
        let fault = gates.takeUp(Int(socket)) ?? head.targetFault
        if fault == nil, method != .post, method != .other {
            unsafe mark.pointee = UnsafeMutableRawPointer(head.connection)
            return .YES
        }
        let request = Request(head, method: method, fault: fault)
        guard fault == nil, method == .post else {
            unsafe mark.pointee = refusedMark
            return answer(request, on: head)
        }
        let announced = BodyAnnouncement(of: request)
        let limit = announced.refusal(limit: bodyLimit).flatMap { bodyRefusals[$0] }
        if let response = refusal(request) ?? limit {
            unsafe mark.pointee = refusedMark
            return unsafe response.queue(on: head.connection)
        }
        // Asked for a "100 Continue" where nothing is to come, the library closes the connection.
        if announced.length == 0, request.withHeader(.expect, { _ in true }) == true {
            unsafe mark.pointee = refusedMark
            return answer(request, on: head)
        }
        // Ownership: the library's, until `end`.
        unsafe mark.pointee = Unmanaged.passRetained(RequestBody(limit: bodyLimit)).toOpaque()
        awaitsBody(socket)
        return .YES
    }

    /// Takes a piece of the body; closes the connection of one that is longer than it may be.
    func take(
        _ piece: UnsafeRawBufferPointer, of head: RequestHead, mark: UnsafeMutableRawPointer
    ) -> MHD_Result {
        guard let body = unsafe body(of: head.connection, mark: mark) else { return .NO }
        return unsafe body.append(piece) ? .YES : .NO
    }

    /// The whole request has arrived: answers it.
    func complete(_ head: RequestHead, mark: UnsafeMutableRawPointer) -> MHD_Result {
        let method = head.requestMethod(takesBody: bodyLimit > 0)
        guard unsafe mark != UnsafeMutableRawPointer(head.connection) else {
            return answer(Request(head, method: method), on: head)
        }
        guard let body = unsafe body(of: head.connection, mark: mark) else { return .NO }
        arrived(head.socket)
        return answer(Request(head, method: method, body: body.bytes), on: head)
    }

    private func answer(_ request: borrowing Request, on head: RequestHead) -> MHD_Result {
        switch handler(request) {
        case .response(let response):
            return unsafe response.queue(on: head.connection)
        case .stream(let opening):
            serve(opening.channel)
            return unsafe ResponseStream.queue(opening, on: head.connection)
        }
    }

    /// The request has ended: answered, broken off, or with the daemon.
    func end(_ connection: OpaquePointer, mark: UnsafeMutableRawPointer?) {
        let socket = unsafe CMHD_connection_socket(connection)
        if let mark = unsafe mark, unsafe mark != UnsafeMutableRawPointer(connection) {
            if let body = unsafe body(of: connection, mark: mark) {
                unsafe Unmanaged.passUnretained(body).release()
            } else {
                discardArrived(on: socket)
            }
        }
        answered(socket)
    }

    /// What has arrived of a request's body; nil where none is taken.
    private func body(
        of connection: OpaquePointer, mark: UnsafeMutableRawPointer
    ) -> RequestBody? {
        guard unsafe mark != UnsafeMutableRawPointer(connection), unsafe mark != refusedMark else {
            return nil
        }
        return unsafe Unmanaged<RequestBody>.fromOpaque(mark).takeUnretainedValue()
    }

    private var refusedMark: UnsafeMutableRawPointer {
        unsafe Unmanaged.passUnretained(self).toOpaque()
    }

    /// Throws away what has come behind a head that was answered early: closing over unread bytes
    /// resets the connection, which can overtake the answer (RFC 9112 §9.6).
    private func discardArrived(on socket: Int32) {
        // Nothing is copied (tcp(7), MSG_TRUNC), and the kernel holds no more than a few MB.
        _ = recvfrom(
            socket, nil, 1 << 24, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC), nil, nil)
    }
}
