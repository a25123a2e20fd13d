internal import Pulse

/// The pure encoder of the event stream (WHATWG HTML §9.2.6).
enum ServerSentEvent {
    /// One event block, ended by its blank line.
    ///
    /// - Parameter data: one line. All that Pulse sends is canonical JSON, which holds no line
    ///   break.
    static func block(id: String? = nil, event: String, data: [UInt8]) -> [UInt8] {
        var block: [UInt8] = []
        if let id { block += "id: \(id)\n".utf8 }
        block += "event: \(event)\ndata: ".utf8
        block += data
        block += "\n\n".utf8
        return block
    }

    /// Sets how many milliseconds to wait before it reconnects.
    static func retry(milliseconds: Int) -> [UInt8] {
        Array("retry: \(milliseconds)\n\n".utf8)
    }

    /// Says that what was sent is still true.
    ///
    /// - Parameter timestamp: the server's unix time in seconds.
    static func heartbeat(timestamp: Int64) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"timestamp\": ")
        json.integer(timestamp)
        json.literal("}")
        return block(event: "heartbeat", data: json.bytes)
    }
}
