internal import MicroHTTPD

/// Who may ask: the `Host` allow-list, the origins that CORS lets in, the token.
struct AccessPolicy: Sendable {
    private let allowedHosts: [[UInt8]]
    private let origins: [[UInt8]]
    private let allowsAnyOrigin: Bool
    private let token: AccessToken?

    /// The CORS headers of a response, by the number that ``origin(of:)`` gives; index 0 is for
    /// requests without an `Origin` that is let in.
    let headersByOrigin: [[HeaderLine]]

    /// - Parameters:
    ///   - allowedHosts: host names beside IP literals and `localhost`.
    ///   - corsOrigins: origins such as `https://example.org`, or `*`.
    init(allowedHosts: [String] = [], corsOrigins: [String] = [], token: AccessToken? = nil) {
        self.allowedHosts = allowedHosts.map { Array($0.lowercased().utf8) }
        self.token = token
        allowsAnyOrigin = corsOrigins.contains("*")
        origins = allowsAnyOrigin ? [] : corsOrigins.map { Array($0.utf8) }
        let common = [HeaderLine("X-Content-Type-Options", "nosniff")]
        let exposed = HeaderLine(
            "Access-Control-Expose-Headers", "Date, ETag, Pulse-Source, Retry-After")
        if allowsAnyOrigin {
            headersByOrigin = [common + [HeaderLine("Access-Control-Allow-Origin", "*"), exposed]]
        } else if corsOrigins.isEmpty {
            headersByOrigin = [common]
        } else {
            // The answer depends on who asks: a cache must not mix them up (Fetch §3.2.5).
            let vary = HeaderLine("Vary", "Origin")
            headersByOrigin =
                [common + [vary]]
                + corsOrigins.map {
                    common + [vary, HeaderLine("Access-Control-Allow-Origin", $0), exposed]
                }
        }
    }

    /// Whether preflight requests are answered at all.
    var allowsCORS: Bool { allowsAnyOrigin || !origins.isEmpty }

    /// The index into ``headersByOrigin`` for a request.
    func origin(of request: borrowing Request) -> Int {
        guard !origins.isEmpty else { return 0 }
        let index = request.withHeader(.origin) { origin in
            origins.firstIndex { Bytes.equal(origin, $0) }
        }
        return (index ?? nil).map { $0 + 1 } ?? 0
    }

    /// Whether the request names this server as it may be named.
    ///
    /// Anything else may be DNS rebinding: a page of a foreign site that let its own name point
    /// here.
    func allowsHost(of request: borrowing Request) -> Bool {
        // HTTP/1.0 may name no host at all; no browser does so.
        request.withAuthority { allows(authority: $0) } ?? true
    }

    /// Whether the request carries the token, where one is needed.
    func allowsClient(of request: borrowing Request) -> Bool {
        token?.admits(request) ?? true
    }

    /// The answer to `/?token=…`: nil when there is no token to compare, or no such parameter.
    func signIn(_ request: borrowing Request) -> Response? {
        token?.signIn(request)
    }

    func allows(authority: Span<UInt8>) -> Bool {
        let host = Authority.host(of: authority)
        guard host.count > 0 else { return false }
        if Authority.isAddress(authority.extracting(host)) { return true }
        let name = Bytes.lowercased(authority.extracting(host))
        return name == Self.localhost || allowedHosts.contains(name)
    }

    private static let localhost = Array("localhost".utf8)
}
