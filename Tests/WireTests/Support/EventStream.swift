/// A client of `/events`, parsed by the rules of WHATWG HTML §9.2.6.
final class EventStream {
    struct Event: Equatable {
        var id: String?
        var name: String
        var data: String
    }

    let client: RawClient
    let head: HTTPReply
    /// What `retry:` said, in milliseconds.
    private(set) var retry: Int?
    /// The last event id that the stream set.
    private(set) var lastEventID = ""
    /// Bytes of whole and begun lines that aren't parsed yet.
    private var pending: [UInt8] = []
    private var hasEnded = false

    /// Opens a stream; the status line and the headers have arrived when this returns.
    init(_ client: RawClient, fields: [String] = []) throws {
        self.client = client
        let lines = ["GET /events HTTP/1.1", "Host: localhost"] + fields
        try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        head = try client.head()
        guard head.status == 200 else { throw RawClient.Failure.malformed(head.statusLine) }
    }

    /// The next event; nil when the stream ended with its final chunk.
    func next() throws -> Event? {
        var event = Event(name: "message", data: "")
        var data: [String] = []
        while let line = try line() {
            if line.isEmpty {
                guard !data.isEmpty else { continue }
                event.data = data.joined(separator: "\n")
                return event
            }
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst()
            let text = String(value.first == " " ? value.dropFirst() : value)
            switch line[..<colon] {
            case "event": event.name = text
            case "data": data.append(text)
            case "id":
                event.id = text
                lastEventID = text
            case "retry": retry = Int(text)
            default: break
            }
        }
        return nil
    }

    /// The next event of that name, passing over others.
    func next(_ name: String) throws -> Event? {
        while let event = try next() {
            if event.name == name { return event }
        }
        return nil
    }

    /// Reads to the final chunk; throws when the connection ends without one.
    func drain() throws -> [Event] {
        var events: [Event] = []
        while let event = try next() { events.append(event) }
        return events
    }

    private func line() throws -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeSubrange(...end) }
                return text(pending[..<end])
            }
            guard !hasEnded, let chunk = try client.chunk() else {
                hasEnded = true
                return nil
            }
            pending += chunk
        }
    }
}
