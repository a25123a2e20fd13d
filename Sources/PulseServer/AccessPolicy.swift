internal import MicroHTTPD

/// Who may ask: the `Host` allow-list, the origins that CORS lets in, the token; and whose pages may
/// frame the panel.
struct AccessPolicy: Sendable {
    /// In small letters, and without the dot that says that a name is whole (RFC 1034 §3.1): it is the
    /// same one.
    private let ownNames: [[UInt8]]
    private let origins: [[UInt8]]
    private let allowsAnyOrigin: Bool
    private let token: CurrentToken?

    /// The CORS headers of a response, by the number that ``origin(of:)`` gives; index 0 is for
    /// requests without an `Origin` that is let in.
    let headersByOrigin: [[HeaderLine]]

    /// The sources whose pages may show the panel in a frame, as the `frame-ancestors` of a
    /// Content-Security-Policy lists them.
    let frameAncestors: String

    /// Bytes that these settings add to the longest head of an answer.
    let answerMemory: Int

    /// - Parameters:
    ///   - allowedHosts: host names beside IP literals and `localhost`.
    ///   - corsOrigins: origins such as `https://example.org`, or `*`.
    ///   - frameAncestors: origins, or `*`, beside the server's own and those of CORS: who may read
    ///     all the answers may show them as well.
    init(
        allowedHosts: [String] = [], corsOrigins: [String] = [], frameAncestors: [String] = [],
        token: AccessToken? = nil
    ) {
        ownNames = (["localhost"] + allowedHosts).map { name in
            let bytes = Array(name.lowercased().utf8)
            return bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
        }
        let ancestors = corsOrigins + frameAncestors
        self.frameAncestors = (["'self'"] + ancestors).joined(separator: " ")
        self.token = token.map(CurrentToken.init)
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
        let fields = headersByOrigin.map { lines in
            lines.reduce(0) { $0 + "\($1.name): \($1.value)\r\n".utf8.count }
        }
        answerMemory =
            (corsOrigins.isEmpty ? 0 : fields.max() ?? 0)
            + ancestors.reduce(0) { $0 + $1.utf8.count + 1 } + (token?.answerMemory ?? 0)
    }

    /// Whether preflight requests are answered at all.
    var allowsCORS: Bool { allowsAnyOrigin || !origins.isEmpty }

    /// The field that lets pages of other origins read one more; none where they may read nothing.
    func exposing(_ name: String) -> [HeaderLine] {
        allowsCORS ? [HeaderLine("Access-Control-Expose-Headers", name)] : []
    }

    /// The index into ``headersByOrigin`` for a request.
    func origin(of request: borrowing Request) -> Int {
        guard !origins.isEmpty else { return 0 }
        let index = request.withHeader(.origin) { origin in
            origins.firstIndex { Bytes.equal(origin, $0) }
        }
        return (index ?? nil).map { $0 + 1 } ?? 0
    }

    /// How a request names the server that it is for.
    enum HostName: Equatable {
        /// As this one may be named.
        case own
        /// As another one: it may be DNS rebinding, a page of a foreign site that let its own name
        /// point here.
        case foreign
        /// By what can be no name.
        case malformed
    }

    /// Judges the authority of the target, or else the `Host` field, which must be well-formed in
    /// either case (RFC 9112 §3.2).
    func hostName(of request: borrowing Request) -> HostName {
        if request.isAbsoluteForm {
            // A Host that the target outranks names nothing, and has to be valid all the same.
            let hasHost = request.withAuthority { Authority.host(of: $0)?.isEmpty == false }
            // A URI of HTTP without a host is none (RFC 9110 §4.2.1).
            guard request.withHeader(.host, { Authority.host(of: $0) != nil }) != false,
                hasHost != false
            else { return .malformed }
        }
        // HTTP/1.0 may name no host at all; no browser does so.
        return request.withAuthority { hostName(in: $0) } ?? .own
    }

    func hostName(in authority: Span<UInt8>) -> HostName {
        guard let place = Authority.host(of: authority) else { return .malformed }
        guard place.count > 0 else { return .foreign }
        let host = authority.extracting(place)
        if Authority.isAddress(host) { return .own }
        let hasDot = host[host.count - 1] == UInt8(ascii: ".")
        let name = hasDot ? host.extracting(droppingLast: 1) : host
        return ownNames.contains { Bytes.equal(lowercased: name, $0) } ? .own : .foreign
    }

    /// Whether the request carries the token, where one is needed.
    func allowsClient(of request: borrowing Request) -> Bool {
        token?.value.admits(request) ?? true
    }

    /// Takes another token in the place of the one that is needed.
    func use(_ another: AccessToken) {
        token?.value = another
    }

    /// The answer to `/?token=…`: nil when there is no token to compare, or no such parameter.
    func signIn(_ request: borrowing Request) -> Response? {
        token?.value.signIn(request)
    }
}
