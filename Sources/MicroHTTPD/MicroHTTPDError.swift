internal import Glibc

/// What can go wrong between Pulse and libmicrohttpd: a code, the system's `errno`, and the object
/// concerned.
public struct MicroHTTPDError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The host is neither an IP literal nor a name that resolves to a local address.
        case unknownHost
        /// The name has more addresses than a server listens on.
        case tooManyAddresses
        /// `socket`, `bind` or `listen` failed; `errno` says why (`EADDRINUSE`, `EACCES`, …).
        case cannotListen
        /// `MHD_start_daemon` returned NULL: descriptors or memory ran out, or TLS material is
        /// unusable.
        case cannotStart
    }

    /// What failed.
    public let code: Code
    /// The system's error number, 0 where there is none.
    public let errno: Int32
    /// What it happened to, such as `127.0.0.1:8080`.
    public let subject: String

    init(_ code: Code, errno: Int32 = 0, subject: String) {
        self.code = code
        self.errno = errno
        self.subject = subject
    }
}

extension MicroHTTPDError: CustomStringConvertible {
    /// One line for a person, such as `cannot listen on 127.0.0.1:8080: Address already in use`.
    public var description: String {
        let reason = errno == 0 ? "" : ": \(unsafe String(cString: strerror(errno)))"
        switch code {
        case .unknownHost: return "no local address is called \(subject)\(reason)"
        case .tooManyAddresses: return "\(subject) has too many addresses: name one of them"
        case .cannotListen: return "cannot listen on \(subject)\(reason)"
        case .cannotStart: return "cannot start the HTTP daemon on \(subject)\(reason)"
        }
    }
}
