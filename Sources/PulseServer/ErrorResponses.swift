internal import MicroHTTPD

/// The answers that don't depend on the state of the run, prebuilt for each origin: a page that may
/// read the answers may read the refusals, too.
struct ErrorResponses: Sendable {
    let methodNotAllowed: Representation
    let misdirected: Representation
    let notFound: Representation
    let unauthorized: Representation
    private let badRequests: [RequestFault: Representation]
    private let preflights: [Response]
    private let policy: AccessPolicy

    init(policy: AccessPolicy) {
        let allow = policy.allowsCORS ? "GET, HEAD, OPTIONS" : "GET, HEAD"
        self.policy = policy
        methodNotAllowed = Problem.methodNotAllowed(allow: allow).representation(policy: policy)
        misdirected = Problem.misdirected.representation(policy: policy)
        notFound = Problem.notFound.representation(policy: policy)
        unauthorized = Problem.unauthorized.representation(policy: policy)
        badRequests = Dictionary(
            uniqueKeysWithValues: RequestFault.allCases.map {
                ($0, Problem.badRequest($0).representation(policy: policy))
            })
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

    func badRequest(_ fault: RequestFault) -> Representation {
        // All are prebuilt; one that weren't would be made here, and be a 400 as well.
        badRequests[fault] ?? Problem.badRequest(fault).representation(policy: policy)
    }

    /// Made when it is asked for: it names what the client sent.
    func malformedParameter(_ name: [UInt8]) -> Representation {
        Problem.malformedParameter(name).representation(policy: policy)
    }

    /// The answer to a preflight request (Fetch §4.8).
    func preflight(origin: Int) -> Response {
        preflights[origin]
    }
}
