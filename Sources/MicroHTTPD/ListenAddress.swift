internal import Glibc

/// An IP address of this machine, to be listened on.
@safe struct ListenAddress: Sendable, Equatable {
    /// As numbers: `127.0.0.1`, `::1`, `fe80::1%eth0`.
    let text: String
    let family: Int32
    private let bytes: [UInt8]

    /// So many addresses a name may have; each that is bound takes a thread.
    private static let limit = 8

    /// The addresses of a host, each once.
    ///
    /// `localhost` is both loopback addresses, whatever a table or a name server says (RFC 6761
    /// §6.3): clients try the one or the other first.
    ///
    /// - Throws: ``MicroHTTPDError`` with `unknownHost` or `tooManyAddresses`.
    static func all(of host: String) throws(MicroHTTPDError) -> [ListenAddress] {
        guard !isLocalhost(host) else {
            return try resolve("127.0.0.1") + resolve("::1")
        }
        let addresses = try resolve(host)
        guard addresses.count <= limit else {
            throw MicroHTTPDError(.tooManyAddresses, subject: host)
        }
        return addresses
    }

    private static func isLocalhost(_ host: String) -> Bool {
        let name = host.lowercased()
        return name == "localhost" || name == "localhost."
    }

    private static func resolve(_ host: String) throws(MicroHTTPDError) -> [ListenAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &found) == 0 else {
            throw MicroHTTPDError(.unknownHost, subject: host)
        }
        defer { unsafe freeaddrinfo(found) }
        var addresses: [ListenAddress] = []
        var next = unsafe found
        while let entry = unsafe next {
            let address = unsafe ListenAddress(entry.pointee)
            if !addresses.contains(address) { addresses.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    private init(_ entry: addrinfo) {
        unsafe family = entry.ai_family
        unsafe bytes = Array(
            UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        _ = unsafe getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        text = String(
            decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Binds a socket to this address (bind(2)).
    func bind(_ descriptor: Int32, to port: UInt16) -> Bool {
        var bytes = bytes
        // The port lies at the same place in sockaddr_in and sockaddr_in6 (RFC 3493 §3.3).
        (bytes[2], bytes[3]) = (UInt8(port >> 8), UInt8(truncatingIfNeeded: port))
        return unsafe bytes.withUnsafeBytes { raw in
            let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return unsafe Glibc.bind(descriptor, address, socklen_t(raw.count)) == 0
        }
    }

    /// Whether only this machine can reach it: 127.0.0.0/8 (RFC 1122 §3.2.1.3) also where it is
    /// written as IPv6, and `::1`.
    var isLoopback: Bool {
        if family == AF_INET { return bytes[4] == 127 }
        // The address is the 16 bytes behind family, port and flow (RFC 3493 §3.3).
        let address = bytes[8..<24]
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 127]
        return address.starts(with: mapped)
            || address.elementsEqual([UInt8](repeating: 0, count: 15) + [1])
    }

    /// With a port, as a URL has it.
    func with(port: UInt16) -> String {
        family == AF_INET6 ? "[\(text)]:\(port)" : "\(text):\(port)"
    }
}
