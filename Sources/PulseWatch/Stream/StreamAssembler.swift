internal import Pulse

/// Turns the events of Pulse's stream into updates: pure.
struct StreamAssembler {
    /// The last status; `progress` events belong to it.
    private var status: TrainingStatus?

    mutating func updates(of event: EventStreamParser.Event) -> [WatchUpdate] {
        switch event.type {
        case "status":
            do {
                status = try PulseDecoder.decode(event.data)
                return [.document(event.data)]
            } catch {
                status = nil
                return [.nothing("the server's status is not PULSE v1: \(error)")]
            }
        case "progress":
            guard let status else { return [.document(event.data)] }
            guard let reading = RunReading(status: status, progressDocument: event.data) else {
                return [.nothing("the server's progress is not that of PULSE v1")]
            }
            return [.document(event.data), .reading(reading)]
        case "problem":
            status = nil
            let detail = JSONValue(event.data)?["detail"]?.string
            return [.document(event.data), .nothing(detail ?? "the server has no status")]
        case "heartbeat":
            return JSONValue(event.data)?["timestamp"]?.number.flatMap { Int64(exactly: $0) }
                .map { [.heartbeat($0)] } ?? []
        default:
            // Of a newer server.
            return []
        }
    }

    /// The curve of a `/history` document; nil when it is none.
    static func curve(of document: [UInt8]) -> [CurvePoint]? {
        let value = JSONValue(document)
        guard let timestamps = value?["timestamp"]?.numbers, let epochs = value?["epoch"]?.numbers,
            let losses = value?["loss"]?.numbers, timestamps.count == epochs.count,
            losses.count == epochs.count
        else { return nil }
        return timestamps.indices.map { index in
            CurvePoint(
                timestamp: Int64(exactly: timestamps[index]) ?? 0, epoch: epochs[index],
                loss: losses[index])
        }
    }
}
