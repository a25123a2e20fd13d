internal import Pulse
internal import PulseMonitor

/// Invariant 4: the curve, made from what the attempts wrote.
struct CurveOracle {
    private var points: [Point] = []
    private var earlier: [Point] = []
    private var id: RunID?
    /// Whether the curve was ever longer than what is kept: it is thinned since.
    private var isThinned = false

    private static let capacity = 2_048

    /// Takes a new document.
    ///
    /// - Parameters:
    ///   - before: what was known of the current run before it.
    ///   - account: what is known now.
    mutating func take(
        _ act: Act, _ beginnings: [Account.Beginning], _ events: [RunEvent], before: RunFacts?,
        _ account: Account
    ) {
        var isPoint =
            account.pending == nil && !account.isPassed && act.document.status != .idle
        if account.current == nil { leave() }
        for beginning in beginnings {
            switch beginning.event {
            case .began: leave()
            default: points.removeAll { $0.epoch >= beginning.act.document.epoch }
            }
            if beginning.act.document.measures { points.append(Point(beginning.act.document)) }
            if beginning.act === act { isPoint = false }
        }
        let status = beginnings.isEmpty ? before?.status : .running
        if isPoint, status == .running, account.hasMeasured(lossOf: act.document),
            act.document.epoch >= points.last?.epoch ?? 0,
            act.document.epoch >= (account.current?.newest ?? 0)
        {
            points.append(Point(act.document))
        }
        for case .joined(_, _, _, let epoch) in events {
            points = earlier.filter { $0.epoch < epoch } + points.filter { $0.epoch >= epoch }
            earlier = []
        }
        id = account.current?.id
        if points.count > Self.capacity { isThinned = true }
    }

    private struct Point {
        let timestamp: Int64
        let epoch: Double
        let loss: Double
        let step: Int64?

        init(_ document: PulseDocument) {
            timestamp = document.timestamp
            epoch = document.epoch
            loss = document.v1.loss
            step = document.details?.stepsDone
        }
    }

    private mutating func leave() {
        if id != nil { earlier = points }
        id = nil
        points = []
        isThinned = false
    }

    func check(_ history: RunHistory) throws(Violation) {
        guard !isThinned else { return }
        let isSame = history.points.elementsEqual(points) {
            $0.timestamp == $1.timestamp && $0.epoch == $1.epoch && $0.loss == $1.loss
        }
        guard isSame else {
            throw Violation(
                .curve,
                "the curve is \(text(history.epochs)), and was \(text(points.map(\.epoch)))")
        }
        let columns = history.columns
        let step = columns.isEmpty ? nil : points.indices.last.flatMap { columns[$0].stepsDone }
        guard step == points.last?.step else {
            throw Violation(
                .curve,
                "the newest point is of step \(step, default: "null"), and was of"
                    + " \(points.last?.step, default: "null")")
        }
    }

    private func text(_ epochs: [Double]) -> String {
        "\(epochs.count) points … \(epochs.suffix(6))"
    }
}
