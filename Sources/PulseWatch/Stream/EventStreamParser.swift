internal import PulseClient

/// The pure parser of an event stream (WHATWG HTML §9.2.6): bytes in pieces of any size, events
/// out.
struct EventStreamParser {
    /// One event.
    struct Event: Equatable {
        var type: String
        /// UTF-8, as it came.
        var data: [UInt8]
    }

    /// The id to show when reconnecting: that of the last event that was dispatched.
    private(set) var lastEventID: [UInt8] = []
    /// How long the server asks clients to wait before they reconnect.
    private(set) var retry: Duration?

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var type: [UInt8] = []
    private var id: [UInt8] = []
    private var skipsLineFeed = false
    private var isFirstLine = true

    /// Bytes of a line or an event at most: far over the largest document, far under what memory
    /// holds.
    private static let sizeLimit = 1 << 20

    /// - Throws: ``LinkError`` when a line or an event has no end.
    mutating func feed(_ bytes: [UInt8]) throws(LinkError) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            if skipsLineFeed {
                skipsLineFeed = false
                if byte == UInt8(ascii: "\n") { continue }
            }
            switch byte {
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                // CR, LF and CRLF end a line. The LF of a CRLF may come in the next piece.
                skipsLineFeed = byte == UInt8(ascii: "\r")
                if let event = endLine() { events.append(event) }
            default:
                line.append(byte)
                guard line.count + data.count <= Self.sizeLimit else {
                    throw LinkError("an event has no end")
                }
            }
        }
        return events
    }

    /// What another connection begins with: half an event is forgotten, the id is not.
    mutating func reset() {
        let (kept, retry) = (lastEventID, retry)
        self = EventStreamParser()
        (lastEventID, id, self.retry) = (kept, kept, retry)
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            // One byte order mark may stand at the very beginning.
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        // A comment.
        if colon == 0 { return nil }
        var value = line.dropFirst(colon + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        take(String(decoding: line[..<colon], as: UTF8.self), value)
        return nil
    }

    private mutating func take(_ field: String, _ value: ArraySlice<UInt8>) {
        switch field {
        case "event": type = Array(value)
        case "data": data += value + [UInt8(ascii: "\n")]
        case "id": if !value.contains(0) { id = Array(value) }
        case "retry":
            let isNumber = value.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            if isNumber, let milliseconds = Int64(String(decoding: value, as: UTF8.self)) {
                retry = .milliseconds(milliseconds)
            }
        default: break
        }
    }

    private mutating func dispatch() -> Event? {
        lastEventID = id
        defer {
            data = []
            type = []
        }
        guard !data.isEmpty else { return nil }
        return Event(
            type: type.isEmpty ? "message" : String(decoding: type, as: UTF8.self),
            data: data.dropLast())
    }
}
