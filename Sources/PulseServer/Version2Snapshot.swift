internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// One state of a run as PULSE v2, rendered when it is first asked for: who serves readers of version 1
/// alone pays nothing.
final class Version2Snapshot: Sendable {
    private struct Rendered {
        let status: Representation
        let update: StreamUpdate
    }

    private let newest: [RunDetails.Metric]
    private let columns: RunColumns
    private let render: @Sendable () -> Rendered
    private let rendered = Mutex<Rendered?>(nil)

    /// - Parameters:
    ///   - document: the state as a document of version 2.
    ///   - progress: the body of `/progress`.
    ///   - columns: of the curve.
    ///   - id: of the event that announces this state.
    ///   - headers: of the state's answers.
    init(
        _ document: PulseDocument, progress: [UInt8], columns: RunColumns, id: String,
        headers: [HeaderLine], policy: AccessPolicy
    ) {
        newest = document.details?.metrics ?? []
        self.columns = columns
        render = {
            let bytes = PulseEncoder.encode(document)
            let block =
                ServerSentEvent.block(id: id, event: "status", data: bytes)
                + ServerSentEvent.block(event: "progress", data: progress)
            return Rendered(
                status: .json(bytes, headers: headers, policy: policy),
                update: StreamUpdate(change: block, snapshot: block))
        }
    }

    /// Answers as the state of version 1 does, when there is none.
    init(instead status: Representation, update: StreamUpdate) {
        newest = []
        columns = RunColumns()
        render = { Rendered(status: status, update: update) }
    }

    /// `/v2/status`.
    var status: Representation { whole.status }

    /// The event block of this state, whole each time.
    var update: StreamUpdate { whole.update }

    private var whole: Rendered {
        rendered.withLock { rendered in
            if let rendered { return rendered }
            let new = render()
            rendered = new
            return new
        }
    }

    /// So many metrics that its trainer told of first, each with its newest value.
    func metrics(_ limit: Int) -> [(name: String, value: Double)] {
        var names = Array(columns.metricNames.prefix(limit))
        // Before the first point there is no curve that knows names.
        for metric in newest where names.count < limit && !names.contains(metric.name) {
            names.append(metric.name)
        }
        return names.compactMap { name in
            let value = newest.first { $0.name == name }?.value ?? columns.newest(of: name)
            return value.map { (name, $0) }
        }
    }
}
