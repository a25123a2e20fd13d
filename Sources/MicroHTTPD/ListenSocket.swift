internal import Glibc

/// A bound and listening TCP socket, owned until it is handed to the library.
///
/// Pulse binds by itself instead of letting `MHD_start_daemon` do it, because the library only logs
/// why a bind failed, and a port in use deserves its own clear line.
package struct ListenSocket: ~Copyable {
    let descriptor: Int32
    package let port: UInt16

    /// - Throws: ``MicroHTTPDError`` with `unknownHost` or `cannotListen`.
    package init(host: String, port: UInt16) throws(MicroHTTPDError) {
        let subject =
            host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &found) == 0, let first = unsafe found
        else {
            throw MicroHTTPDError(.unknownHost, subject: host)
        }
        defer { unsafe freeaddrinfo(first) }
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(first.pointee.ai_family, flags, 0)
        guard descriptor >= 0 else {
            throw MicroHTTPDError(.cannotListen, errno: errno, subject: subject)
        }
        // A server that was killed may start again at once, although old connections are in
        // TIME_WAIT.
        Self.enable(SO_REUSEADDR, at: SOL_SOCKET, of: descriptor)
        guard unsafe bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            listen(descriptor, SOMAXCONN) == 0,
            let bound = Self.boundPort(of: descriptor)
        else {
            let reason = errno
            close(descriptor)
            throw MicroHTTPDError(.cannotListen, errno: reason, subject: subject)
        }
        self.descriptor = descriptor
        self.port = bound
    }

    /// Gives the descriptor away: its new owner closes it.
    package consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    deinit {
        close(descriptor)
    }

    private static func enable(_ option: Int32, at level: Int32, of descriptor: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func boundPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe getsockname(descriptor, generic, &length) == 0 else { return nil }
                // The port lies at the same place in sockaddr_in and sockaddr_in6 (RFC 3493 §3.3).
                return unsafe storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { inet in
                    unsafe UInt16(bigEndian: inet.pointee.sin_port)
                }
            }
        }
    }
}
