internal import Glibc

/// The listening TCP sockets of one server, on one port: one for each address of its host, owned
/// until they are handed to the library.
///
/// Pulse binds by itself instead of letting `MHD_start_daemon` do it, because the library takes one
/// address, only logs why a bind failed, and a port in use deserves its own clear line.
public struct ListenSockets: ~Copyable {
    /// The port that is listened on, also when 0 was asked for.
    public let port: UInt16
    /// Whether only this machine can reach these addresses.
    public let areLoopback: Bool
    private var descriptors: [Int32]

    /// How often another port is looked for that is free on every address.
    private static let attempts = 32

    /// Listens on every address of a host that this machine has.
    ///
    /// - Parameters:
    ///   - host: an IP literal or a name; `localhost` is both `127.0.0.1` and `::1`.
    ///   - port: 0 lets the system choose one that is free on all of them.
    /// - Throws: ``MicroHTTPDError`` with `unknownHost`, `tooManyAddresses` or `cannotListen`.
    public init(host: String, port: UInt16) throws(MicroHTTPDError) {
        let addresses = try ListenAddress.all(of: host)
        var attempt = 1
        while true {
            do throws(MicroHTTPDError) {
                self = try ListenSockets(addresses, port: port)
                return
            } catch {
                guard port == 0, error.errno == EADDRINUSE, attempt < Self.attempts else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    private init(_ addresses: [ListenAddress], port: UInt16) throws(MicroHTTPDError) {
        var bound: (port: UInt16, descriptors: [Int32]) = (port, [])
        var areLoopback = true
        var absent: MicroHTTPDError?
        for address in addresses {
            do throws(MicroHTTPDError) {
                let descriptor = try Self.listen(on: address, port: bound.port)
                bound.descriptors.append(descriptor)
                if bound.port == 0 { bound.port = Self.port(of: descriptor) }
                areLoopback = areLoopback && address.isLoopback
            } catch {
                // Without IPv6 a machine has no ::1; and a name may be known to others by an address
                // that isn't this machine's own.
                guard error.errno == EADDRNOTAVAIL || error.errno == EAFNOSUPPORT else {
                    for descriptor in bound.descriptors { close(descriptor) }
                    throw error
                }
                absent = absent ?? error
            }
        }
        if bound.descriptors.isEmpty, let absent { throw absent }
        self.port = bound.port
        self.areLoopback = areLoopback
        descriptors = bound.descriptors
    }

    /// How many addresses are listened on.
    var count: Int { descriptors.count }

    /// Gives one descriptor away: its new owner closes it.
    ///
    /// Nil when there is none left.
    package mutating func release() -> Int32? {
        descriptors.isEmpty ? nil : descriptors.removeFirst()
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    private static func listen(on address: ListenAddress, port: UInt16) throws(MicroHTTPDError)
        -> Int32
    {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else {
            throw MicroHTTPDError(.cannotListen, errno: errno, subject: address.with(port: port))
        }
        // A server that was killed may start again at once, although old connections are in
        // TIME_WAIT.
        var on: Int32 = 1
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard address.bind(descriptor, to: port), Glibc.listen(descriptor, SOMAXCONN) == 0 else {
            let reason = errno
            close(descriptor)
            throw MicroHTTPDError(.cannotListen, errno: reason, subject: address.with(port: port))
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe getsockname(descriptor, $0, &length)
            }
            // At the same place for both families (RFC 3493 §3.3).
            return unsafe UInt16(bigEndian: pointer.pointee.sin6_port)
        }
    }
}
