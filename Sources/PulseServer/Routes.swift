internal import PulseMonitor
internal import MicroHTTPD

/// The whole route table: path to answer.
///
/// Runs on the daemon's thread for each request, and only picks.
struct Routes: Sendable {
    private let runs: RunTable
    private let runAnswers: RunAnswers
    private let page: MetricsPage
    private let about: AboutPage
    private let health: Health
    private let metrics: Metrics
    private let policy: AccessPolicy
    private let errors: ErrorResponses
    private let base: BasePath
    private let table: PathTable
    private let targets: [Route]
    private let files: [Representation]

    init(
        table runs: RunTable, page: MetricsPage, about: AboutPage, health: Health, metrics: Metrics,
        archive: (any RunArchive)? = nil, policy: AccessPolicy, below base: BasePath = .root,
        files: [StaticFiles.File]
    ) {
        self.runs = runs
        self.base = base
        runAnswers = RunAnswers(table: runs, archive: archive, policy: policy, below: base)
        self.page = page
        self.about = about
        self.health = health
        self.metrics = metrics
        self.policy = policy
        self.files = files.map { $0.representation(policy: policy) }
        errors = ErrorResponses(policy: policy, below: base)
        var paths: [(String, Route)] = [
            ("/status", .status), ("/progress", .progress), ("/history", .history),
            ("/events", .events),
            ("/v2/status", .status2), ("/v2/history", .history2), ("/v2/events", .events2),
            ("/metrics", .metrics), ("/livez", .livez), ("/readyz", .readyz),
            ("/about", .about), ("/runs", .runs), ("/runs/events", .runsEvents),
        ]
        paths += RunPart.allCases.map { ($0.path, .run($0)) }
        for (index, file) in files.enumerated() {
            paths.append((file.path, .file(index)))
            if file.path.hasSuffix("/index.html") {
                paths.append((String(file.path.dropLast("index.html".count)), .file(index)))
            }
        }
        for page in ["/", "/index.html"] where !paths.contains(where: { $0.0 == page }) {
            paths.append((page, .noPanel))
        }
        // Of several sources, however many there are just now, the page is their list.
        if !runs.isSingle, let list = files.firstIndex(where: { $0.path == "/runs.html" }) {
            paths.removeAll { $0.0 == "/" }
            paths.append(("/", .file(list)))
        }
        paths = paths.map { (base.path($0.0), $0.1) }
        if !base.isRoot { paths.append((base.withoutSlash, .base)) }
        table = PathTable(paths.map(\.0))
        targets = paths.map(\.1)
    }

    func answer(_ request: borrowing Request) -> Reply {
        let match = request.match(in: table)
        let route = match.map { targets[$0.index] }
        let origin = policy.origin(of: request)
        let reply =
            refusal(of: request, for: route, origin: origin)
            ?? answer(to: request, for: route, match?.parameter ?? [], origin: origin)
        metrics.count(route?.name ?? .other, code: reply.status)
        return reply
    }

    /// The answer to a request that may not have what it asks for; nil for one that may.
    private func refusal(of request: borrowing Request, for route: Route?, origin: Int) -> Reply? {
        guard let problem = problem(of: request, for: route) else {
            if request.method == .options { return .response(errors.options(origin: origin)) }
            if route?.isProbe == true { return nil }
            // Also for a client that is signed in: the token shall not stay in its address bar.
            if isPage(route), let welcome = policy.signIn(request) { return .response(welcome) }
            if policy.allowsClient(of: request) { return nil }
            if SignInPage.isWanted(by: request) {
                let isRefusal = isPage(route) && request.queryParameter("token") != nil
                let page = SignInPage(for: request, isRefusal: isRefusal, below: base)
                let answer = page.representation(policy: policy)
                return .response(answer.response(to: request, origin: origin))
            }
            return .response(errors.unauthorized(request).response(to: request, origin: origin))
        }
        return .response(problem.response(to: request, origin: origin))
    }

    /// What is wrong with a request, whoever it comes from.
    private func problem(of request: borrowing Request, for route: Route?) -> Representation? {
        // A POST with a body is refused for its method, not for its body.
        if let fault = request.fault, fault != .unexpectedBody || request.method != .other {
            return errors.malformedHead(fault)
        }
        let hostName = policy.hostName(of: request)
        if hostName == .malformed { return errors.malformedHost }
        if request.method == .other { return errors.methodNotAllowed }
        if hostName == .foreign, route?.isProbe != true { return errors.misdirected }
        if request.method == .options { return nil }
        if let name = request.malformedQueryParameter { return errors.malformedParameter(name) }
        // To a person it is a wrong one.
        if isPage(route), AccessToken.isMalformed(in: request), !SignInPage.isWanted(by: request) {
            return errors.malformedParameter(AccessToken.parameterName)
        }
        return nil
    }

    /// Whether a browser may be visiting, be there a panel or not.
    private func isPage(_ route: Route?) -> Bool {
        switch route {
        case .file, .noPanel, .base, nil: true
        default: false
        }
    }

    /// The answer to a request that may have what it asks for.
    private func answer(
        to request: borrowing Request, for route: Route?, _ parameter: [UInt8], origin: Int
    ) -> Reply {
        let (reply, tag) = choice(for: request, of: route, parameter, origin: origin)
        // A condition counts where the answer would be good (RFC 9110 §13.2.1). Those on dates don't:
        // nothing here has a date of modification (§13.1.4).
        guard reply.status < 400, isFailing(request, tag) else { return reply }
        return .response(errors.preconditionFailed.response(to: request, origin: origin))
    }

    /// Whether `If-Match` names another state than the one with this tag (RFC 9110 §13.1.1).
    private func isFailing(_ request: borrowing Request, _ tag: EntityTag?) -> Bool {
        let isNamed = request.withHeader(.ifMatch) { field in
            tag?.isNamed(by: field, .strong) ?? EntityTag.isAnyNamed(by: field)
        }
        return isNamed == false
    }

    /// What the route answers whatever `If-Match` says, and the tag that it is known by.
    private func choice(
        for request: borrowing Request, of route: Route?, _ parameter: [UInt8], origin: Int
    ) -> RunAnswers.Choice {
        let representation: Representation
        if route?.isCurrent == true, let answer = health.stalledAnswer {
            representation = answer
        } else {
            switch route {
            case .status: representation = runs.front.store.snapshot.status
            case .progress: representation = runs.front.store.snapshot.progress
            case .livez: representation = health.livez
            case .readyz: representation = health.readyz
            case .about: representation = about.representation
            case .file(let index): representation = files[index]
            case .noPanel: representation = errors.noPanel
            case .base: return (.response(redirect(of: request, origin: origin)), nil)
            case nil: representation = errors.notFound
            case .events: return (runs.openFront(request, version: 1, origin: origin), nil)
            case .status2: representation = runs.front.store.snapshot.version2.status
            case .history2:
                let curve = runs.front.store.snapshot.history
                return runAnswers.history(curve, version: 2, request, origin: origin)
            case .events2: return (runs.openFront(request, version: 2, origin: origin), nil)
            case .metrics:
                let headers = policy.headersByOrigin[origin]
                return (.response(page.response(to: request, headers: headers)), nil)
            case .history:
                return runAnswers.history(
                    runs.front.store.snapshot.history, request, origin: origin)
            case .runs: return runAnswers.list(request, origin: origin)
            case .runsEvents: return (runs.feed.open(request, origin: origin), nil)
            case .run(let part):
                return runAnswers.run(parameter, part, request, origin: origin)
            }
        }
        return (.response(representation.response(to: request, origin: origin)), representation.tag)
    }

    /// From the base path to the page below it, so that what is relative there leads somewhere.
    private func redirect(of request: borrowing Request, origin: Int) -> Response {
        let query = request.query.map { "?\($0)" } ?? ""
        return Response(
            status: 308,
            headers: [
                HeaderLine("Location", "\(base)\(query)"), HeaderLine("Cache-Control", "no-store"),
            ] + policy.headersByOrigin[origin])
    }
}
