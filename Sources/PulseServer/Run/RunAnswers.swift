internal import MicroHTTPD
internal import PulseMonitor

/// The answers of everything below `/runs`.
struct RunAnswers: Sendable {
    private let table: RunTable
    private let page: RunListPage
    private let policy: AccessPolicy
    private let earlier: EarlierRuns?
    private let unreadable: Representation
    private let malformedID: Representation
    private let unknown: Representation

    /// What is answered, and the tag that it is known by.
    typealias Choice = (reply: Reply, tag: EntityTag?)

    /// - Parameter archive: knows the runs that are over.
    init(
        table: RunTable, archive: (any RunArchive)?, policy: AccessPolicy, below base: BasePath
    ) {
        self.table = table
        self.policy = policy
        earlier = archive.map { EarlierRuns($0, policy: policy) }
        unreadable = Problem.unavailable("the archive can't be read", retryAfter: 5)
            .representation(policy: policy)
        page = RunListPage(table: table, policy: policy)
        malformedID = Problem.malformedRun(below: base).representation(policy: policy)
        unknown = Problem.unknownRun(below: base).representation(policy: policy)
    }

    /// The list.
    func list(_ request: borrowing Request, origin: Int) -> Choice {
        do throws(MalformedParameter) {
            let query = try RunListQuery(request)
            return answer(page.representation(for: query), request, origin)
        } catch {
            return answer(error.problem.representation(policy: policy), request, origin)
        }
    }

    /// The curve of a run, whole or thinned.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func history(
        _ history: HistoryRepresentation, version: Int = 1, _ request: borrowing Request,
        origin: Int
    ) -> Choice {
        do throws(MalformedParameter) {
            let query = try HistoryQuery(request)
            let curve = history.representation(for: query, version: version)
            return answer(curve, request, origin)
        } catch {
            return answer(error.problem.representation(policy: policy), request, origin)
        }
    }

    /// One run, or a part of it.
    ///
    /// - Parameter id: as it stands in the path, decoded.
    func run(_ id: [UInt8], _ part: RunPart, _ request: borrowing Request, origin: Int) -> Choice {
        guard let reference = RunReference(id) else { return answer(malformedID, request, origin) }
        switch table.find(reference) {
        case .none: return answer(unknown, request, origin)
        case .moved(let id): return (.response(redirect(to: id, part, origin: origin)), nil)
        case .earlier(let run, let item): return answer(run, item, part, request, origin: origin)
        case .run(let run):
            let snapshot = run.snapshot
            switch part {
            case .events: return (run.events(request, version: 1, origin: origin), nil)
            case .status: return answer(snapshot.status, request, origin)
            case .progress: return answer(snapshot.progress, request, origin)
            case .history: return history(snapshot.history, request, origin: origin)
            case .table: return answer(snapshot.history.table, request, origin)
            case .status2:
                return answer(snapshot.version2.status, request, origin)
            case .history2:
                return history(snapshot.history, version: 2, request, origin: origin)
            case .events2: return (run.events(request, version: 2, origin: origin), nil)
            case .item: return answer(run.item, request, origin)
            }
        }
    }

    /// A run that is over, or a part of it.
    private func answer(
        _ run: ArchivedRun, _ item: RunItem, _ part: RunPart, _ request: borrowing Request,
        origin: Int
    ) -> Choice {
        guard let earlier else { return answer(unknown, request, origin) }
        let answers = earlier.answers(of: run)
        switch part {
        case .item: return answer(item, request, origin)
        case .status: return answer(answers.status, request, origin)
        case .progress: return answer(answers.progress, request, origin)
        case .status2: return answer(answers.version2.status, request, origin)
        case .events, .events2:
            let version = part == .events ? 1 : 2
            return (
                .response(
                    answers.events(request, version: version, heads: table.heads, origin: origin)),
                nil
            )
        case .history, .history2, .table:
            guard let curve = earlier.history(of: run) else {
                return answer(unreadable, request, origin)
            }
            return part == .table
                ? answer(curve.table, request, origin)
                : history(curve, version: part == .history ? 1 : 2, request, origin: origin)
        }
    }

    private func answer(_ item: RunItem, _ request: borrowing Request, _ origin: Int) -> Choice {
        answer(Representation.json(item.document, policy: policy), request, origin)
    }

    private func answer(
        _ representation: Representation, _ request: borrowing Request, _ origin: Int
    ) -> Choice {
        (.response(representation.response(to: request, origin: origin)), representation.tag)
    }

    /// Relative, so that it works below any path (RFC 9110 §10.2.2).
    private func redirect(to id: String, _ part: RunPart, origin: Int) -> Response {
        let up = String(repeating: "../", count: part.rawValue.split(separator: "/").count)
        let location = part == .item ? "./\(id)" : "\(up)\(id)/\(part.rawValue)"
        return Response(
            status: 308,
            headers: [HeaderLine("Location", location), HeaderLine("Cache-Control", "no-store")]
                + policy.headersByOrigin[origin])
    }
}
