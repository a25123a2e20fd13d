internal import Certificates
internal import Glibc
internal import PulseMonitor

/// One TCP connection, encrypted or not: bytes in and out, each wait bounded.
///
/// It belongs to one thread.
final class Connection {
    private let descriptor: Int32
    private let cancellation: CancellationPipe
    private var encryption: TLSSession?

    /// How long each address of a host may take to answer, and a server to send anything.
    private let timeout: Duration

    /// - Parameters:
    ///   - trust: whose answer is taken, by HTTPS.
    ///   - timeout: how long each address of a host may take to answer, and each step after that.
    ///   - cancellation: ends every wait.
    /// - Throws: ``LinkError``.
    init(to url: ServerURL, trust: ServerTrust, timeout: Duration, cancellation: CancellationPipe)
        throws(LinkError)
    {
        self.cancellation = cancellation
        self.timeout = timeout
        descriptor = try Self.connect(to: url, timeout, cancellation)
        if url.isEncrypted {
            let session = try TLSSession(descriptor: descriptor, host: url.host, trust: trust)
            _ = try repeating(until: .now + timeout) { () throws(LinkError) in
                try session.handshake()
            }
            encryption = session
        }
    }

    /// When the certificate of the other side is valid; nil without encryption.
    var peerValidity: CertificateValidity? { encryption?.peerValidity }

    deinit {
        encryption = nil
        close(descriptor)
    }

    /// Sends all bytes.
    func send(_ bytes: [UInt8]) throws(LinkError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest
            let count = try repeating(until: .now + timeout) { () throws(LinkError) in
                if let encryption { return try encryption.send(part) }
                let count = unsafe part.withUnsafeBytes { bytes in
                    unsafe Glibc.send(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                }
                return try Self.step(count, waitingFor: POLLOUT)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Some bytes; none when the other side has ended.
    func receive(within timeout: Duration) throws(LinkError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = try repeating(until: .now + timeout) { () throws(LinkError) in
            if let encryption { return try encryption.receive(into: &buffer) }
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            return try Self.step(count, waitingFor: POLLIN)
        }
        return Array(buffer[..<count])
    }

    /// Repeats a step that isn't possible yet, when poll(2) says that it is.
    private func repeating(
        until end: ContinuousClock.Instant, _ step: () throws(LinkError) -> TransferStep
    ) throws(LinkError) -> Int {
        while true {
            switch try step() {
            case .moved(let count): return count
            case .blocked(let events):
                guard try Self.wait(for: events, on: descriptor, until: end, cancellation) else {
                    throw .noAnswer
                }
            }
        }
    }

    private static func step(_ count: Int, waitingFor events: Int32) throws(LinkError)
        -> TransferStep
    {
        if count >= 0 { return .moved(count) }
        if errno == EAGAIN || errno == EINTR { return .blocked(events) }
        throw LinkError(code: errno)
    }

    /// False when the time is over.
    private static func wait(
        for events: Int32, on descriptor: Int32, until end: ContinuousClock.Instant,
        _ cancellation: CancellationPipe
    ) throws(LinkError) -> Bool {
        while true {
            var descriptors = [
                pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
            ]
            let ready = unsafe poll(
                &descriptors, nfds_t(descriptors.count), (end - .now).pollTimeout)
            if cancellation.isCancelled { throw LinkError("given up") }
            if ready > 0 { return true }
            if ready == 0 { return false }
            guard errno == EINTR else { throw LinkError(code: errno) }
        }
    }

    /// Tries the addresses of a host one after the other.
    private static func connect(
        to url: ServerURL, _ timeout: Duration, _ cancellation: CancellationPipe
    )
        throws(LinkError) -> Int32
    {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(url.host, String(url.port), &hints, &found)
        guard code == 0 else {
            throw LinkError("\(url.host): \(unsafe String(cString: gai_strerror(code)))")
        }
        defer { unsafe freeaddrinfo(found) }
        var lastError = LinkError("\(url.host) has no address")
        var address = unsafe found
        while let next = unsafe address {
            do throws(LinkError) {
                return unsafe try connect(to: next.pointee, timeout, cancellation)
            } catch {
                lastError = error
            }
            unsafe address = next.pointee.ai_next
        }
        throw lastError
    }

    private static func connect(
        to address: addrinfo, _ timeout: Duration, _ cancellation: CancellationPipe
    )
        throws(LinkError) -> Int32
    {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(address.ai_family, kind, 0)
        guard descriptor >= 0 else { throw LinkError(code: errno) }
        do throws(LinkError) {
            if unsafe Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw LinkError(code: errno) }
                guard try wait(for: POLLOUT, on: descriptor, until: .now + timeout, cancellation)
                else {
                    throw .noAnswer
                }
                var code: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
                guard code == 0 else { throw LinkError(code: code) }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }
}

/// What became of a transfer on a socket that doesn't block.
enum TransferStep {
    /// So many bytes went through.
    case moved(Int)
    /// Nothing did; poll(2) for these events tells when to try again.
    case blocked(Int32)
}
