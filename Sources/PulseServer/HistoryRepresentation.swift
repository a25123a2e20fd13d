package import PulseMonitor
internal import MicroHTTPD
internal import Pulse
internal import Synchronization

/// `/history`, whole or thinned, and `/runs/ID/history.csv`, each rendered when it is first asked
/// for: most states are never asked for theirs.
final class HistoryRepresentation: Sendable {
    private struct Rendered {
        /// The whole curve, as either version of PULSE tells it.
        var whole: [Int: Representation] = [:]
        /// By how many points at most.
        var thinned: [Size: Representation] = [:]
        var table: Representation?
    }

    private struct Size: Hashable {
        let version: Int
        let limit: Int
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
        rendered = Mutex(
            Rendered(whole: [1: representation, 2: representation], table: representation))
    }

    /// All points, or so many at most that the peaks stay.
    ///
    /// - Parameter version: of PULSE, 1 or 2: three arrays, or all that was told of each point.
    func representation(for query: HistoryQuery, version: Int = 1) -> Representation {
        rendered.withLock { rendered in
            guard let limit = query.points, limit < history.points.count else {
                if let whole = rendered.whole[version] { return whole }
                let whole = json(Array(history.points.indices), version)
                rendered.whole[version] = whole
                return whole
            }
            let size = Size(version: version, limit: limit)
            if let thinned = rendered.thinned[size] { return thinned }
            let thinned = json(history.indices(thinnedTo: limit), version)
            if rendered.thinned.count >= Self.sizeLimit { rendered.thinned = [:] }
            rendered.thinned[size] = thinned
            return thinned
        }
    }

    private func json(_ places: [Int], _ version: Int) -> Representation {
        .json(
            version == 1
                ? RunHistory.document(of: places.map { history.points[$0] })
                : history.version2Document(of: places),
            headers: headers + history.headers(policy), policy: policy)
    }

    /// One row a point (RFC 4180).
    var table: Representation {
        rendered.withLock { rendered in
            if let table = rendered.table { return table }
            let body = history.table
            let table = Representation(
                type: "text/csv; charset=utf-8; header=present", body: body,
                tag: EntityTag(of: body), headers: headers + history.headers(policy), policy: policy
            )
            rendered.table = table
            return table
        }
    }
}

extension RunHistory {
    /// Where later attempts of the run resumed.
    ///
    /// Not in the body, whose schema is closed. A page of another origin may read it, too.
    fileprivate func headers(_ policy: AccessPolicy) -> [HeaderLine] {
        guard let resumed else { return [] }
        return [HeaderLine("Pulse-Resumed", resumed)] + policy.exposing("Pulse-Resumed")
    }

    /// The epochs at which later attempts of the run resumed, oldest first; nil for a run of one attempt.
    ///
    /// Of many the newest, as many as may stand in the head of an answer.
    var resumed: String? {
        var text: String?
        for epoch in resumes.reversed() {
            let longer = text.map { "\(epoch), \($0)" } ?? "\(epoch)"
            if longer.utf8.count > Self.resumedLimit { break }
            text = longer
        }
        return text
    }

    private static let resumedLimit = 192

    /// The curve as a table, oldest first.
    package var table: [UInt8] {
        var json = JSONWriter()
        json.literal("timestamp,epoch,loss")
        if !columns.isEmpty {
            json.literal(",steps_done,lr,gpu_memory_usage")
            // Names of metrics hold nothing that a table would have to quote (RFC 4180 §2).
            for name in columns.metricNames {
                json.literal(",")
                json.raw(Array(name.utf8))
            }
        }
        json.literal("\r\n")
        for (index, point) in points.enumerated() {
            json.integer(point.timestamp)
            json.literal(",")
            json.double(point.epoch)
            json.literal(",")
            json.double(point.loss)
            if !columns.isEmpty { json.cells(of: columns[index]) }
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

    /// The body of `/v2/history`: arrays of equal length, oldest first, null where nothing was told.
    func version2Document(of places: [Int]) -> [UInt8] {
        let rows = places.map { columns[$0] }
        var json = JSONWriter()
        json.literal("{\"timestamp\": [")
        json.list(places) { $0.integer(points[$1].timestamp) }
        json.literal("], \"epoch\": [")
        json.list(places) { $0.double(points[$1].epoch) }
        json.literal("], \"loss\": [")
        json.list(places) { $0.double(points[$1].loss) }
        json.literal("], \"steps_done\": [")
        json.list(rows) { $0.optional($1.stepsDone) { $0.integer($1) } }
        json.literal("], \"lr\": [")
        json.list(rows) { $0.optional($1.learningRate) { $0.double($1) } }
        json.literal("], \"gpu_memory_usage\": [")
        json.list(rows) { $0.optional($1.gpuMemoryUsage) { $0.integer($1) } }
        json.literal("], \"metrics\": {")
        json.list(Array(columns.metricNames.enumerated())) { json, metric in
            json.string(metric.element)
            json.literal(": [")
            json.list(rows) { $0.optional($1.metrics[metric.offset]) { $0.double($1) } }
            json.literal("]")
        }
        json.literal("}}")
        return json.bytes
    }
}

extension JSONWriter {
    /// The cells of a row that PULSE v2 adds; empty where nothing was told.
    fileprivate mutating func cells(of row: RunColumns.Row) {
        literal(",")
        if let steps = row.stepsDone { integer(steps) }
        literal(",")
        if let rate = row.learningRate { double(rate) }
        literal(",")
        if let memory = row.gpuMemoryUsage { integer(memory) }
        for metric in row.metrics {
            literal(",")
            if let metric { double(metric) }
        }
    }

    mutating func list<Element>(
        _ elements: [Element], write: (inout JSONWriter, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { literal(", ") }
            write(&self, element)
        }
    }
}
