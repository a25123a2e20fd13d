internal import PulseMonitor
internal import MicroHTTPD

/// What a request asks for.
enum Route: Sendable {
    case status, progress, history, events, metrics, livez, readyz
    /// A file of the panel, by its place in the table.
    case file(Int)

    /// The route's name in the metrics: `other` for what isn't served.
    enum Name: Int, Sendable, CaseIterable {
        case status, progress, history, events, metrics, livez, readyz, file, other
    }

    var name: Name {
        switch self {
        case .status: .status
        case .progress: .progress
        case .history: .history
        case .events: .events
        case .metrics: .metrics
        case .livez: .livez
        case .readyz: .readyz
        case .file: .file
        }
    }

    /// Whether its answer tells how things are now, as all but a file's does.
    var isCurrent: Bool { name != .file }
}

/// The whole route table: path to answer.
///
/// Runs on the daemon's thread for each request, and only picks.
struct Routes: Sendable {
    private let store: StatusStore
    private let hub: EventHub
    private let page: MetricsPage
    private let health: Health
    private let metrics: Metrics
    private let policy: AccessPolicy
    private let errors: ErrorResponses
    private let table: PathTable
    private let targets: [Route]
    private let files: [Representation]

    init(
        store: StatusStore, hub: EventHub, page: MetricsPage, health: Health, metrics: Metrics,
        policy: AccessPolicy, files: [StaticFiles.File]
    ) {
        self.store = store
        self.hub = hub
        self.page = page
        self.health = health
        self.metrics = metrics
        self.policy = policy
        self.files = files.map { $0.representation(policy: policy) }
        errors = ErrorResponses(policy: policy)
        var paths: [(String, Route)] = [
            ("/status", .status), ("/progress", .progress), ("/history", .history),
            ("/events", .events),
            ("/metrics", .metrics), ("/livez", .livez), ("/readyz", .readyz),
        ]
        for (index, file) in files.enumerated() {
            paths.append((file.path, .file(index)))
            if file.path.hasSuffix("/index.html") {
                paths.append((String(file.path.dropLast("index.html".count)), .file(index)))
            }
        }
        table = PathTable(paths.map(\.0))
        targets = paths.map(\.1)
    }

    func answer(_ request: borrowing Request) -> Reply {
        let route = request.index(in: table).map { targets[$0] }
        let origin = policy.origin(of: request)
        let reply =
            refusal(of: request, for: route, origin: origin)
            ?? answer(to: request, for: route, origin: origin)
        metrics.count(route?.name ?? .other, code: reply.status)
        return reply
    }

    /// The answer to a request that may not have what it asks for; nil for one that may.
    private func refusal(of request: borrowing Request, for route: Route?, origin: Int) -> Reply? {
        guard let problem = problem(of: request, for: route) else {
            if request.method == .options { return .response(errors.preflight(origin: origin)) }
            if isOpen(route) || policy.allowsClient(of: request) { return nil }
            if isPage(route), let welcome = policy.signIn(request) { return .response(welcome) }
            return .response(errors.unauthorized.response(to: request, origin: origin))
        }
        return .response(problem.response(to: request, origin: origin))
    }

    /// What is wrong with a request, whoever it comes from.
    private func problem(of request: borrowing Request, for route: Route?) -> Representation? {
        // A POST with a body is refused for its method, not for its body.
        if let fault = request.fault, fault != .unexpectedBody || request.method != .other {
            return errors.badRequest(fault)
        }
        if request.method == .other { return errors.methodNotAllowed }
        if !policy.allowsHost(of: request) { return errors.misdirected }
        if request.method == .options { return policy.allowsCORS ? nil : errors.methodNotAllowed }
        if let name = request.malformedQueryParameter { return errors.malformedParameter(name) }
        if isPage(route), AccessToken.isMalformed(in: request) {
            return errors.malformedParameter(AccessToken.parameterName)
        }
        return nil
    }

    /// Whether a route needs no token: a probe has none.
    private func isOpen(_ route: Route?) -> Bool {
        switch route {
        case .livez, .readyz: true
        default: false
        }
    }

    /// Whether a browser may be visiting, be there a panel or not.
    private func isPage(_ route: Route?) -> Bool {
        switch route {
        case .file, nil: true
        default: false
        }
    }

    private func answer(to request: borrowing Request, for route: Route?, origin: Int) -> Reply {
        if route?.isCurrent == true, let answer = health.stalledAnswer {
            return .response(answer.response(to: request, origin: origin))
        }
        let representation: Representation
        switch route {
        case .status: representation = store.snapshot.status
        case .progress: representation = store.snapshot.progress
        case .history: representation = store.snapshot.history.representation
        case .livez: representation = health.livez
        case .readyz: representation = health.readyz
        case .file(let index): representation = files[index]
        case nil: representation = errors.notFound
        case .events: return hub.open(request, origin: origin)
        case .metrics:
            let headers = policy.headersByOrigin[origin]
            return .response(page.response(to: request, snapshot: store.snapshot, headers: headers))
        }
        return .response(representation.response(to: request, origin: origin))
    }
}
