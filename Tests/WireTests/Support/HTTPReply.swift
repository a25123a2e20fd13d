/// One answer as it came over the wire.
struct HTTPReply: Equatable {
    let statusLine: String
    /// Name and value of each line, in the order of the wire.
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    var status: Int { Int(statusLine.split(separator: " ")[1]) ?? 0 }
    var text: String { WireTests.text(body) }

    /// The value of the only field of that name; nil when there is none, or more than one.
    subscript(_ name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }

    /// Names in small letters, without those that the library adds.
    var ownFields: [String: String] {
        let automatic = ["date", "connection", "content-length", "transfer-encoding"]
        let pairs = fields.map { ($0.name.lowercased(), $0.value) }
        return Dictionary(pairs.filter { !automatic.contains($0.0) }) { $0 + ", " + $1 }
    }

    static func == (one: HTTPReply, other: HTTPReply) -> Bool {
        one.statusLine == other.statusLine && one.body == other.body
            && one.fields.elementsEqual(other.fields, by: ==)
    }

    fileprivate init(head: [UInt8], body: [UInt8]) throws {
        var lines = WireTests.text(head).components(separatedBy: "\r\n")
        statusLine = lines.removeFirst()
        guard statusLine.hasPrefix("HTTP/1."), statusLine.split(separator: " ").count >= 2 else {
            throw RawClient.Failure.malformed(statusLine)
        }
        fields = try lines.map { line in
            guard let colon = line.firstIndex(of: ":") else {
                throw RawClient.Failure.malformed(line)
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (String(line[..<colon]), String(value))
        }
        self.body = body
    }
}

extension RawClient {
    /// Reads the head of an answer; its body is yet to be read.
    func head() throws -> HTTPReply {
        try HTTPReply(head: bytes(until: "\r\n\r\n"), body: [])
    }

    /// Reads one whole answer.
    ///
    /// - Parameter method: of the request: a HEAD's answer has no body, whatever its fields say.
    func reply(to method: String = "GET") throws -> HTTPReply {
        let head = try bytes(until: "\r\n\r\n")
        let reply = try HTTPReply(head: head, body: [])
        if method == "HEAD" || [204, 304].contains(reply.status) { return reply }
        if reply["Transfer-Encoding"] == "chunked" {
            var body: [UInt8] = []
            while let chunk = try chunk() { body += chunk }
            return try HTTPReply(head: head, body: body)
        }
        guard let length = reply["Content-Length"].flatMap({ Int($0) }) else {
            return try HTTPReply(head: head, body: bytesToEnd())
        }
        return try HTTPReply(head: head, body: bytes(length))
    }

    /// One chunk of a chunked body; nil at the final one (RFC 9112 §7.1).
    func chunk() throws -> [UInt8]? {
        let line = text(try bytes(until: "\r\n"))
        guard let size = Int(line, radix: 16) else { throw Failure.malformed("chunk size " + line) }
        let chunk = try bytes(size)
        guard try bytes(2) == Array("\r\n".utf8) else { throw Failure.malformed("chunk end") }
        return size == 0 ? nil : chunk
    }

    /// Sends one request and reads its answer.
    func request(
        _ method: String = "GET", _ target: String, host: String = "localhost",
        fields: [String] = []
    ) throws -> HTTPReply {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)"] + fields
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        return try reply(to: method)
    }
}

extension String {
    /// The parts between each occurrence of `separator`.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
