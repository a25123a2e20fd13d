package import PulseMonitor
internal import MicroHTTPD
internal import Pulse
internal import Synchronization

/// `/history`, whole or thinned, and `/runs/ID/history.csv`, each rendered when it is first asked
/// for: most states are never asked for theirs.
final class HistoryRepresentation: Sendable {
    private struct Rendered {
        var json: Representation?
        /// By how many points at most.
        var thinned: [Int: Representation] = [:]
        var table: Representation?
    }

    private let history: RunHistory
    private let headers: [HeaderLine]
    private let policy: AccessPolicy
    private let rendered: Mutex<Rendered>

    /// So many sizes are kept: whoever draws small charts asks for one.
    private static let sizeLimit = 4

    /// - Parameter headers: beside those of the curve itself.
    init(_ history: RunHistory, headers: [HeaderLine] = [], policy: AccessPolicy) {
        self.history = history
        self.headers = headers
        self.policy = policy
        rendered = Mutex(Rendered())
    }

    /// Answers with another representation, when there is no run to tell of.
    init(instead representation: Representation, policy: AccessPolicy) {
        history = RunHistory(capacity: 4)
        headers = []
        self.policy = policy
        rendered = Mutex(Rendered(json: representation, table: representation))
    }

    /// Three arrays: all points, or so many at most that the peaks stay.
    func representation(for query: HistoryQuery) -> Representation {
        rendered.withLock { rendered in
            guard let limit = query.points, limit < history.points.count else {
                if let json = rendered.json { return json }
                let json = json(history.points)
                rendered.json = json
                return json
            }
            if let thinned = rendered.thinned[limit] { return thinned }
            let thinned = json(history.thinned(to: limit))
            if rendered.thinned.count >= Self.sizeLimit { rendered.thinned = [:] }
            rendered.thinned[limit] = thinned
            return thinned
        }
    }

    private func json(_ points: [RunHistory.Point]) -> Representation {
        .json(
            RunHistory.document(of: points), headers: headers + history.headers, policy: policy)
    }

    /// One row a point (RFC 4180).
    var table: Representation {
        rendered.withLock { rendered in
            if let table = rendered.table { return table }
            let body = history.table
            let table = Representation(
                type: "text/csv; charset=utf-8; header=present", body: body,
                tag: EntityTag(of: body), headers: headers + history.headers, policy: policy)
            rendered.table = table
            return table
        }
    }
}

extension RunHistory {
    /// The epochs at which later attempts of the run resumed; no line for a run of one attempt.
    ///
    /// Not in the body, whose schema is closed. A page of another origin may read it, too.
    fileprivate var headers: [HeaderLine] {
        guard !resumes.isEmpty else { return [] }
        let epochs = resumes.map { "\($0)" }.joined(separator: ", ")
        return [
            HeaderLine("Pulse-Resumed", epochs),
            HeaderLine("Access-Control-Expose-Headers", "Pulse-Resumed"),
        ]
    }

    /// The curve as a table, oldest first.
    package var table: [UInt8] {
        var json = JSONWriter()
        json.literal("timestamp,epoch,loss\r\n")
        for point in points {
            json.integer(point.timestamp)
            json.literal(",")
            json.double(point.epoch)
            json.literal(",")
            json.double(point.loss)
            json.literal("\r\n")
        }
        return json.bytes
    }

    /// The body of `/history`: three arrays of equal length, oldest first.
    package static func document(of points: [Point]) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"timestamp\": [")
        json.list(points) { $0.integer($1.timestamp) }
        json.literal("], \"epoch\": [")
        json.list(points) { $0.double($1.epoch) }
        json.literal("], \"loss\": [")
        json.list(points) { $0.double($1.loss) }
        json.literal("]}")
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func list<Element>(
        _ elements: [Element], write: (inout JSONWriter, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { literal(", ") }
            write(&self, element)
        }
    }
}
