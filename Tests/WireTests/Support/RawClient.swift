internal import Glibc

/// A client that speaks bytes: what it sends is exactly what the test wrote, and what it reads is
/// exactly what the server sent.
///
/// Blocking, with a deadline for each call; used by one task.
final class RawClient {
    enum Failure: Error {
        case cannotConnect(errno: Int32)
        case broken(errno: Int32)
        case timedOut
        /// The server closed the connection in the middle of what was awaited.
        case ended(after: String)
        case malformed(String)
    }

    let descriptor: Int32
    /// What was received and not yet asked for.
    private var buffer: [UInt8] = []

    /// Seconds until a silent server fails the test.
    private static let patience = 20

    /// - Parameter receiveBuffer: bytes that the kernel may hold for a client that doesn't read.
    init(port: Int, host: String = "127.0.0.1", receiveBuffer: Int32? = nil) throws {
        let isIPv6 = host.contains(":")
        descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBuffer { set(SO_RCVBUF, to: receiveBuffer) }
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard isIPv6 ? connect6(host, port) : connect4(host, port) else {
            throw Failure.cannotConnect(errno: errno)
        }
    }

    deinit {
        close(descriptor)
    }

    private func connect4(_ host: String, _ port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private func connect6(_ host: String, _ port: Int) -> Bool {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return false }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }

    private func set(_ option: Int32, to value: Int32) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &value, size)
    }
}

// MARK: - Sending

extension RawClient {
    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { rest in
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.broken(errno: errno) }
            sent += count
        }
    }

    /// Says that nothing more will be sent, and goes on reading.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Lets the kernel send RST instead of FIN when the client is released, as a killed machine's
    /// firewall may.
    func resetWhenReleased() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
    }
}

// MARK: - Receiving

extension RawClient {
    /// Receives once more; false at the end of the connection.
    private func receive() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        if count < 0, errno == EAGAIN { throw Failure.timedOut }
        // A reset ends the connection like a close, for a client that only wants to know that.
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure.broken(errno: errno) }
        buffer += chunk[..<count]
        return count > 0
    }

    /// Exactly `count` bytes.
    func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try receive() else { throw Failure.ended(after: text(buffer)) }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// The bytes up to `delimiter`, without it.
    func bytes(until delimiter: String) throws -> [UInt8] {
        let delimiter = Array(delimiter.utf8)
        var searched = 0
        while true {
            if let start = Self.index(of: delimiter, in: buffer, from: searched) {
                defer { buffer.removeFirst(start + delimiter.count) }
                return Array(buffer[..<start])
            }
            searched = max(0, buffer.count - delimiter.count)
            guard try receive() else { throw Failure.ended(after: text(buffer)) }
        }
    }

    /// Everything up to the end of the connection.
    func bytesToEnd() throws -> [UInt8] {
        while try receive() {}
        defer { buffer = [] }
        return buffer
    }

    /// Everything that has arrived by now; never waits.
    func bytesSoFar() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            buffer += chunk[..<count]
        }
        defer { buffer = [] }
        return buffer
    }

    /// Whether nothing more can be read for a moment, and the connection is open.
    ///
    /// Proves the absence of bytes: what the server had to say before its last answer is here when
    /// that answer is.
    var isSilent: Bool {
        guard buffer.isEmpty else { return false }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&state, 1, 50) == 0
    }

    private static func index(of part: [UInt8], in whole: [UInt8], from start: Int) -> Int? {
        guard whole.count - start >= part.count else { return nil }
        return (start...whole.count - part.count).first { index in
            whole[index] == part[0] && whole[index..<index + part.count].elementsEqual(part)
        }
    }
}

/// Bytes as text, for comparing and for messages.
func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
}
