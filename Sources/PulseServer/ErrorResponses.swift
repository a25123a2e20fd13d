internal import MicroHTTPD

/// The answers that don't depend on the state of the run, prebuilt for each origin: a page that may
/// read the answers may read the refusals, too.
struct ErrorResponses: Sendable {
    let methodNotAllowed: Representation
    let malformedHost: Representation
    let misdirected: Representation
    let notFound: Representation
    let noPanel: Representation
    let preconditionFailed: Representation
    private let unauthorized: Representation
    private let invalidToken: Representation
    private let malformedHeads: [RequestFault: Representation]
    private let options: [Response]
    private let policy: AccessPolicy

    init(policy: AccessPolicy, below base: BasePath) {
        self.policy = policy
        methodNotAllowed = Problem.methodNotAllowed(allow: Self.methods)
            .representation(policy: policy)
        malformedHost = Problem.malformedHost.representation(policy: policy)
        misdirected = Problem.misdirected.representation(policy: policy)
        notFound = Problem.notFound(below: base).representation(policy: policy)
        noPanel = Problem.noPanel(below: base).representation(policy: policy)
        preconditionFailed = Problem.preconditionFailed.representation(policy: policy)
        unauthorized = Problem.unauthorized.representation(policy: policy)
        invalidToken = Problem.invalidToken.representation(policy: policy)
        malformedHeads = Dictionary(
            uniqueKeysWithValues: RequestFault.allCases.map {
                ($0, Problem.malformedHead($0).representation(policy: policy))
            })
        let preflight =
            policy.allowsCORS
            ? [
                HeaderLine("Access-Control-Allow-Methods", Self.methods),
                HeaderLine(
                    "Access-Control-Allow-Headers",
                    "Authorization, Cache-Control, If-Match, If-None-Match, Last-Event-ID"),
                HeaderLine("Access-Control-Max-Age", "86400"),
            ] : []
        options = policy.headersByOrigin.map { origin in
            Response(
                status: 204, headers: [HeaderLine("Allow", Self.methods)] + preflight + origin)
        }
    }

    /// The same for every path: nothing here can be changed by a request.
    private static let methods = "GET, HEAD, OPTIONS"

    func malformedHead(_ fault: RequestFault) -> Representation {
        // All are prebuilt; one that weren't would be made here, all the same.
        malformedHeads[fault] ?? Problem.malformedHead(fault).representation(policy: policy)
    }

    /// Made when it is asked for: it names what the client sent.
    func malformedParameter(_ name: [UInt8]) -> Representation {
        Problem.malformedParameter(name).representation(policy: policy)
    }

    /// The answer to a client that may not have what it asks for (RFC 6750 §3.1).
    func unauthorized(_ request: borrowing Request) -> Representation {
        AccessToken.isShown(by: request) ? invalidToken : unauthorized
    }

    /// What OPTIONS asks for (RFC 9110 §9.3.7), a preflight request among the askers (Fetch §4.8).
    func options(origin: Int) -> Response {
        options[origin]
    }
}
