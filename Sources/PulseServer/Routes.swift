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
        let reply = judge(request, for: route) ?? answer(request, for: route)
        metrics.count(route?.name ?? .other, code: reply.status)
        return reply
    }

    /// The refusal of a request that may not be answered; nil for one that may.
    private func judge(_ request: borrowing Request, for route: Route?) -> Reply? {
        // Whoever sends a body with POST has to hear of the method, not of the body.
        if let fault = request.fault, fault != .unexpectedBody || request.method != .other {
            return .response(errors.badRequest(fault))
        }
        if request.method == .other { return .response(errors.methodNotAllowed) }
        if !policy.allowsHost(of: request) { return .response(errors.misdirected) }
        if request.method == .options {
            return .response(
                policy.allowsCORS
                    ? errors.preflight(origin: policy.origin(of: request)) : errors.methodNotAllowed
            )
        }
        if case .livez = route { return nil }
        if case .readyz = route { return nil }
        if policy.allowsClient(of: request) { return nil }
        if case .file = route, let welcome = policy.signIn(request) { return .response(welcome) }
        return .response(errors.unauthorized)
    }

    private func answer(_ request: borrowing Request, for route: Route?) -> Reply {
        let origin = policy.origin(of: request)
        switch route {
        case .status: return .response(store.snapshot.status.response(to: request, origin: origin))
        case .progress:
            return .response(store.snapshot.progress.response(to: request, origin: origin))
        case .history:
            return .response(
                store.snapshot.history.representation.response(to: request, origin: origin))
        case .events:
            return request.method == .head
                ? .response(hub.head(origin: origin)) : hub.open(request, origin: origin)
        case .metrics:
            let headers = policy.headersByOrigin[origin]
            return .response(page.response(to: request, snapshot: store.snapshot, headers: headers))
        case .livez: return .response(health.livez)
        case .readyz: return .response(health.readyz)
        case .file(let index): return .response(files[index].response(to: request, origin: origin))
        case nil: return .response(errors.notFound)
        }
    }
}
