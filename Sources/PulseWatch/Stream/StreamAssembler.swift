internal import Pulse

/// Turns the events of Pulse's stream into updates: pure.
struct StreamAssembler {
    /// The last document, of either version; `progress` events belong to it.
    private var document: PulseDocument?

    mutating func updates(of event: EventStreamParser.Event) -> [WatchUpdate] {
        switch event.type {
        case "status":
            do {
                document = try PulseDecoder.decodeDocument(event.data)
                return [.document(event.data)]
            } catch {
                document = nil
                return [.nothing("the server's status is not PULSE v1 or v2: \(error)")]
            }
        case "progress":
            guard let document else { return [.document(event.data)] }
            guard let reading = RunReading(document: document, progressDocument: event.data) else {
                return [.nothing("the server's progress is not that of PULSE v1")]
            }
            return [.document(event.data), .reading(reading)]
        case "problem":
            document = nil
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
