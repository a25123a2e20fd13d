internal import MicroHTTPD

/// The answers that don't depend on the state of the run, prebuilt.
struct ErrorResponses: Sendable {
    let methodNotAllowed: Response
    let misdirected: Response
    let notFound: Response
    let unauthorized: Response
    private let badRequests: [RequestFault: Response]
    private let preflights: [Response]

    init(policy: AccessPolicy) {
        let allow = policy.allowsCORS ? "GET, HEAD, OPTIONS" : "GET, HEAD"
        let build = { (problem: Problem) in
            Response(
                status: problem.status,
                headers: [
                    HeaderLine("Content-Type", "application/problem+json"),
                    HeaderLine("Cache-Control", "no-store"),
                ] + problem.headers + policy.headersByOrigin[0], body: problem.document)
        }
        methodNotAllowed = build(.methodNotAllowed(allow: allow))
        misdirected = build(.misdirected)
        notFound = build(.notFound)
        unauthorized = build(.unauthorized)
        badRequests = Dictionary(
            uniqueKeysWithValues: RequestFault.allCases.map { ($0, build(.badRequest($0))) })
        preflights = policy.headersByOrigin.map { origin in
            Response(
                status: 204,
                headers: [
                    HeaderLine("Allow", allow),
                    HeaderLine("Access-Control-Allow-Methods", allow),
                    HeaderLine(
                        "Access-Control-Allow-Headers",
                        "Authorization, Cache-Control, If-None-Match, Last-Event-ID"),
                    HeaderLine("Access-Control-Max-Age", "86400"),
                ] + origin)
        }
    }

    func badRequest(_ fault: RequestFault) -> Response {
        badRequests[fault] ?? notFound
    }

    /// The answer to a preflight request (Fetch §4.8).
    func preflight(origin: Int) -> Response {
        preflights[origin]
    }
}
