internal import Glibc

/// A listener on loopback that takes a trainer's status updates.
///
/// A small one of its own beside the HTTP server: that reads no bodies from anybody, and this
/// reads one kind of body from one client, whom it tells by a token.
struct UpdateEndpoint: Sendable {
    /// The port that the system chose.
    let port: UInt16
    private let listener: Int32
    private let token: [UInt8]

    /// Clients at once: there is one, and others wait their turn.
    private static let clientLimit = 16
    /// Seconds for a whole request, because the trainer waits meanwhile.
    private static let patience = 2

    /// nil when there is no port to be had.
    init?(token: String) {
        let type = Int32(
            SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        listener = socket(AF_INET, type, 0)
        self.token = Array(token.utf8)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0
                    && listen(descriptor, Int32(Self.clientLimit)) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else {
            if listener >= 0 { close(listener) }
            return nil
        }
    }

    /// Answers until ``stop()``, on the calling thread.
    ///
    /// - Parameter onReport: called with each report; must not wait, because the trainer does.
    func serve(_ onReport: (ProgressReport) -> Void) {
        var clients: [Client] = []
        defer { for client in clients { client.close() } }
        while true {
            // Full, it waits for the end of serving only.
            let events = clients.count < Self.clientLimit ? Int16(POLLIN) : 0
            var waiting = [pollfd(fd: listener, events: events, revents: 0)]
            waiting += clients.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
            // Once a second at least, for those who are late.
            _ = unsafe poll(&waiting, nfds_t(waiting.count), clients.isEmpty ? -1 : 1_000)
            if waiting[0].revents & Int16(POLLHUP) != 0 { return }
            let now = Self.now()
            clients = zip(clients, waiting.dropFirst()).compactMap { client, event in
                var client = client
                let goesOn =
                    now < client.deadline
                    && (event.revents == 0 || client.advance(onReport))
                if !goesOn { client.close() }
                return goesOn ? client : nil
            }
            guard waiting[0].revents != 0 else { continue }
            let socket = accept(listener, nil, nil)
            if socket >= 0 {
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                _ = fcntl(socket, F_SETFL, O_NONBLOCK)
                clients.append(
                    Client(
                        socket: socket, deadline: now + Self.patience,
                        request: UpdateRequest(token: token)))
            } else if errno != EAGAIN {
                // No descriptors, no memory: without a pause this would spin.
                _ = poll(nil, 0, 100)
            }
        }
    }

    /// Ends ``serve(_:)``: a listener that is shut down reports a hang-up.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func now() -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}

/// One connection: a request, an answer, the end.
private struct Client {
    let socket: Int32
    let deadline: Int
    var request: UpdateRequest
    /// Answered: what still comes is thrown away, because closing over unread bytes would cut off
    /// the answer (RFC 9112 §9.6).
    var isAnswered = false
    private var discarded = 0

    init(socket: Int32, deadline: Int, request: UpdateRequest) {
        self.socket = socket
        self.deadline = deadline
        self.request = request
    }

    /// False when the connection has done its duty.
    mutating func advance(_ onReport: (ProgressReport) -> Void) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
        if isAnswered {
            discarded += count
            return discarded < 2 * UpdateRequest.bodyLimit
        }
        switch request.append(bytes[..<count]) {
        case .incomplete: return true
        case .refused(let status): answer(status)
        case .accepted(let body):
            let report = KubeflowUpdate.report(of: body)
            // Noted before it is answered: the trainer may end as soon as it is.
            if let report { onReport(report) }
            answer(report == nil ? 400 : 200)
        }
        return true
    }

    private mutating func answer(_ status: Int) {
        let reasons = [200: "OK", 401: "Unauthorized", 405: "Method Not Allowed"]
        let text = """
            HTTP/1.1 \(status) \(reasons[status] ?? "Refused")\r
            \(status == 401 ? "WWW-Authenticate: Bearer\r\n" : "")\
            \(status == 405 ? "Allow: POST\r\n" : "")\
            Content-Length: 0\r
            Connection: close\r
            \r

            """
        let bytes = Array(text.utf8)
        // So few bytes always fit a new connection's buffer.
        _ = unsafe send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(socket, Int32(SHUT_WR))
        isAnswered = true
    }

    func close() {
        Glibc.close(socket)
    }
}
