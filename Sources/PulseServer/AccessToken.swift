internal import MicroHTTPD
internal import Pulse

/// The secret that admits a client: as a Bearer token, or as a cookie for browsers, which can't add
/// a header to an `EventSource` or to a page they visit.
struct AccessToken: Sendable {
    private let secret: [UInt8]
    private let accepted: Response
    /// Bytes of the head of the answer that sets the cookie, beyond those that any answer may have.
    let answerMemory: Int
    private let cookieNames: [[UInt8]]

    /// What the cookie's name begins with; the rest differs from server to server.
    private static let cookieName = "pulse_token"
    /// The query parameter that signs a browser in.
    static let parameterName = Array("token".utf8)
    /// How long a secret may be.
    ///
    /// Browsers keep 4,096 bytes of a cookie, and who signs in sends it in a line with other things.
    static let lengths = 16...2_048
    /// How long it may be, with its path, without more memory for answers.
    private static let usualLength = 256
    private static let scheme = Array("bearer ".utf8)

    /// - Parameters:
    ///   - secret: printable ASCII without white space, `;`, `,`, `"`, `\`, `%`, `&`, `+`, so that
    ///     it stands in a header, a cookie and a URL as it is; nil otherwise, or when it is of none of
    ///     the ``lengths``.
    ///   - isSecure: whether the cookie is for HTTPS alone.
    ///   - base: what the cookie is for, and where its page is.
    init?(_ secret: String, isSecure: Bool = false, below base: BasePath = .root) {
        guard Self.isValid(secret.utf8) else { return nil }
        self.secret = Array(secret.utf8)
        // Cookies know no ports: of two servers on a host, each would overwrite the other's. The
        // plain name is for clients that write the cookie themselves.
        let cookieName = "\(Self.cookieName)_\(Fingerprint.of(Array(secret.utf8)))"
        cookieNames = [cookieName, Self.cookieName].map { Array("\($0)=".utf8) }
        let path = base.withoutSlash
        answerMemory = max(0, secret.utf8.count + 2 * path.utf8.count - Self.usualLength)
        let attributes =
            "Path=\(path); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        accepted = Response(
            status: 303,
            headers: [
                HeaderLine("Location", base.page(from: 0)),
                HeaderLine("Set-Cookie", "\(cookieName)=\(secret); \(attributes)"),
                HeaderLine("Cache-Control", "no-store"),
                // The address bar held the secret: no other site may learn it from there.
                HeaderLine("Referrer-Policy", "no-referrer"),
                HeaderLine("X-Content-Type-Options", "nosniff"),
            ])
    }

    /// Whether the request carries the secret (RFC 6750 §2.1, or the cookie).
    func admits(_ request: borrowing Request) -> Bool {
        let bearer = request.withHeader(.authorization) { isBearer($0) }
        return bearer ?? false || request.withHeader(.cookie) { isCookie($0) } ?? false
    }

    /// A redirect that sets the cookie when the query's `token` is the secret; nil otherwise.
    func signIn(_ request: borrowing Request) -> Response? {
        guard let value = request.queryParameter("token") else { return nil }
        return Bytes.equalInConstantTime(value.span, secret) ? accepted : nil
    }

    /// Whether the query's `token` can be the secret of no server.
    static func isMalformed(in request: borrowing Request) -> Bool {
        request.queryParameter("token").map { !isValid($0) } ?? false
    }

    private static func isValid(_ secret: some Collection<UInt8>) -> Bool {
        lengths.contains(secret.count)
            && secret.allSatisfy {
                $0 > 0x20 && $0 < 0x7f && !";,\"\\%&+#".utf8.contains($0)
            }
    }

    /// Whether the request shows some token, right or wrong, as a Bearer.
    static func isShown(by request: borrowing Request) -> Bool {
        request.withHeader(.authorization) { bearer(in: $0) != nil } ?? false
    }

    private func isBearer(_ field: Span<UInt8>) -> Bool {
        guard let token = Self.bearer(in: field) else { return false }
        return Bytes.equalInConstantTime(field.extracting(token), secret)
    }

    /// Where the token stands in `Bearer token`; nil for another scheme, and where none is.
    ///
    /// Blanks may stand between the two (RFC 9110 §11.4).
    private static func bearer(in field: Span<UInt8>) -> Range<Int>? {
        guard field.count > scheme.count,
            Bytes.equal(lowercased: field.extracting(0..<scheme.count), scheme)
        else { return nil }
        var start = scheme.count
        while start < field.count, field[start] == UInt8(ascii: " ") { start += 1 }
        return start < field.count ? start..<field.count : nil
    }

    /// Finds the cookie among those of all servers on this host.
    private func isCookie(_ field: Span<UInt8>) -> Bool {
        var start = 0
        while start < field.count {
            while start < field.count, field[start] == UInt8(ascii: " ") { start += 1 }
            var end = start
            while end < field.count, field[end] != UInt8(ascii: ";") { end += 1 }
            let cookie = field.extracting(start..<end)
            if cookieNames.contains(where: { isCookie(cookie, called: $0) }) { return true }
            start = end + 1
        }
        return false
    }

    private func isCookie(_ cookie: Span<UInt8>, called name: [UInt8]) -> Bool {
        cookie.count >= name.count && Bytes.equal(cookie.extracting(0..<name.count), name)
            && Bytes.equalInConstantTime(cookie.extracting(name.count..<cookie.count), secret)
    }
}
