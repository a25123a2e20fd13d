internal import MicroHTTPD
internal import PulseMonitor

/// The answers of everything below `/runs`.
struct RunAnswers: Sendable {
    private let table: RunTable
    private let page: RunListPage
    private let policy: AccessPolicy
    private let malformedID: Representation
    private let unknown: Representation

    /// What is answered, and the tag that it is known by.
    typealias Choice = (reply: Reply, tag: EntityTag?)

    init(table: RunTable, policy: AccessPolicy) {
        self.table = table
        self.policy = policy
        page = RunListPage(table: table, policy: policy)
        malformedID = Problem.malformedRun.representation(policy: policy)
        unknown = Problem.unknownRun.representation(policy: policy)
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
    func history(_ snapshot: StatusSnapshot, _ request: borrowing Request, origin: Int) -> Choice {
        do throws(MalformedParameter) {
            let query = try HistoryQuery(request)
            return answer(snapshot.history.representation(for: query), request, origin)
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
        case .run(let resource):
            let snapshot = resource.store.snapshot
            switch part {
            case .events: return (resource.hub.open(request, origin: origin), nil)
            case .status: return answer(snapshot.status, request, origin)
            case .progress: return answer(snapshot.progress, request, origin)
            case .history: return history(snapshot, request, origin: origin)
            case .table: return answer(snapshot.history.table, request, origin)
            case .item:
                let item = Representation.json(resource.item.document, policy: policy)
                return answer(item, request, origin)
            }
        }
    }

    private func answer(
        _ representation: Representation, _ request: borrowing Request, _ origin: Int
    ) -> Choice {
        (.response(representation.response(to: request, origin: origin)), representation.tag)
    }

    /// Relative, so that it works below any path (RFC 9110 §10.2.2).
    private func redirect(to id: String, _ part: RunPart, origin: Int) -> Response {
        let location = part == .item ? "./\(id)" : "../\(id)/\(part.rawValue)"
        return Response(
            status: 308,
            headers: [HeaderLine("Location", location), HeaderLine("Cache-Control", "no-store")]
                + policy.headersByOrigin[origin])
    }
}
