internal import MicroHTTPD
internal import Pulse

/// An error as `application/problem+json` (RFC 9457).
struct Problem: Sendable {
    let status: Int
    let title: String
    let detail: String
    var headers: [HeaderLine] = []

    /// The document: `type`, `title`, `status`, `detail`.
    var document: [UInt8] {
        var json = JSONWriter()
        json.literal("{\"type\": \"about:blank\", \"title\": ")
        json.string(title)
        json.literal(", \"status\": ")
        json.integer(Int64(status))
        json.literal(", \"detail\": ")
        json.string(detail)
        json.literal("}")
        return json.bytes
    }

    func representation(policy: AccessPolicy) -> Representation {
        Representation(
            status: status, type: "application/problem+json", body: document, tag: nil,
            headers: headers,
            policy: policy)
    }
}

extension Problem {
    static func malformedHead(_ fault: RequestFault) -> Problem {
        let (title, detail) =
            switch fault {
            case .invalidRequestLine:
                ("Bad Request", "the first line isn't a method, a target and HTTP/1.1")
            case .unsupportedVersion:
                ("HTTP Version Not Supported", "this server speaks HTTP/1.1 and HTTP/1.0")
            case .invalidTarget:
                (
                    "Bad Request",
                    "the request target holds a control character, or is neither a path nor a URI"
                )
            case .targetTooLong: ("URI Too Long", "the request target is too long")
            case .fieldsTooLarge:
                (
                    "Request Header Fields Too Large",
                    "the header fields are too large; cookies of other servers on this host count"
                )
            case .missingHost: ("Bad Request", "the request has no Host field")
            case .repeatedHost: ("Bad Request", "the request has more than one Host field")
            case .unexpectedBody: ("Bad Request", "no request has a body here")
            case .invalidLength: ("Bad Request", "the Content-Length is no number")
            case .bodyTooLarge: ("Content Too Large", "the body is too large")
            case .invalidFieldLine:
                ("Bad Request", "a field is folded, or holds a control character")
            case .invalidFieldName:
                ("Bad Request", "a field name holds a character that no field name may have")
            }
        return Problem(status: fault.status, title: title, detail: detail)
    }

    /// - Parameter name: as it stands in the query; a long one is cut.
    static func malformedParameter(_ name: [UInt8]) -> Problem {
        let limit = 64
        let text = String(decoding: name.prefix(limit), as: UTF8.self)
        return Problem(
            status: 400, title: "Bad Request",
            detail: "the query parameter '\(text)\(name.count > limit ? "…" : "")' is malformed")
    }

    static let malformedHost = Problem(
        status: 400, title: "Bad Request",
        detail: "the Host is no name or address, with a port or without one")

    static let unauthorized = Problem(
        status: 401, title: "Unauthorized", detail: "a token is needed: Authorization: Bearer …",
        headers: [HeaderLine("WWW-Authenticate", "Bearer realm=\"pulse\"")])

    static let invalidToken = Problem(
        status: 401, title: "Unauthorized",
        detail: "the token is another than that of this server's --token-file",
        headers: [
            HeaderLine("WWW-Authenticate", "Bearer realm=\"pulse\", error=\"invalid_token\"")
        ])

    static func notFound(below base: BasePath) -> Problem {
        let place = base.isRoot ? "" : ": all of this server is below \(base)"
        return Problem(
            status: 404, title: "Not Found", detail: "nothing is at this path\(place)")
    }

    static func malformedRun(below base: BasePath) -> Problem {
        Problem(
            status: 400, title: "Bad Request",
            detail:
                "no run can be called so: an id is NAME or NAME@STARTED, as \(base.path("/runs")) lists it"
        )
    }

    static func unknownRun(below base: BasePath) -> Problem {
        Problem(
            status: 404, title: "Not Found",
            detail: "there is no run of this id: see \(base.path("/runs"))")
    }

    static func noPanel(below base: BasePath) -> Problem {
        Problem(
            status: 404, title: "Not Found",
            detail:
                "this server has no panel: start it with --public-dir, the directory that holds the panel's index.html; "
                + "\(base.path("/status")) and \(base.path("/progress")) are served without one")
    }

    static let preconditionFailed = Problem(
        status: 412, title: "Precondition Failed",
        detail: "what is served has another ETag than those in If-Match")

    static func methodNotAllowed(allow: String) -> Problem {
        Problem(
            status: 405, title: "Method Not Allowed",
            detail: "this server is read-only: use \(allow)",
            headers: [HeaderLine("Allow", allow)])
    }

    static let misdirected = Problem(
        status: 421, title: "Misdirected Request",
        detail:
            "the Host is neither an IP address, nor localhost, nor one that --host or --allowed-host names"
    )

    /// Nothing can be served yet, or no further stream can be opened.
    ///
    /// `Retry-After` is in seconds.
    static func unavailable(_ detail: String, retryAfter: Int) -> Problem {
        Problem(
            status: 503, title: "Service Unavailable", detail: detail,
            headers: [HeaderLine("Retry-After", String(retryAfter))])
    }
}
