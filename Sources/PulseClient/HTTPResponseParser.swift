/// Status and fields of an HTTP response.
package struct HTTPHead: Equatable {
    package let status: Int
    /// Names in small letters.
    private let fields: [(name: String, value: String)]

    /// - Throws: ``LinkError`` when the lines are no response.
    package init(lines: [String]) throws(LinkError) {
        let start = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard start.count >= 2, start[0].hasPrefix("HTTP/1."), start[1].utf8.count == 3,
            let status = Int(start[1]), status >= 100
        else { throw LinkError("the answer is not HTTP") }
        self.status = status
        fields = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (
                line[..<colon].lowercased(),
                String(line[line.index(after: colon)...]).trimmingSpaces
            )
        }
    }

    /// The value of the first field of this name, which is in small letters.
    package subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The members of a field that is a list, from all its lines (RFC 9110 §5.6.1).
    func list(_ name: String) -> [String] {
        fields.filter { $0.name == name }
            .flatMap { $0.value.split(separator: ",", omittingEmptySubsequences: false) }
            .map { String($0).trimmingSpaces }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.status == right.status && left.fields.elementsEqual(right.fields, by: ==)
    }
}

/// The pure parser of one HTTP/1.1 response (RFC 9112 §6): bytes in pieces of any size, head and
/// body out.
struct HTTPResponseParser {
    private enum State {
        case head
        case length(Int)
        case chunked(ChunkedParser)
        case untilClose
        case ended
    }

    /// Known as soon as it is complete.
    private(set) var head: HTTPHead?
    private var state = State.head
    private var buffer: [UInt8] = []

    /// Bytes of the interim answers that have been passed over.
    private var interim = 0

    /// Bytes of a head at most, and of all interim answers before it.
    private static let headLimit = 65_536

    var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// Takes a piece and gives the bytes of the body in it.
    mutating func feed(_ bytes: [UInt8]) throws(LinkError) -> [UInt8] {
        switch state {
        case .head:
            buffer += bytes
            guard try readHead() else { return [] }
            let rest = buffer
            buffer = []
            return try feed(rest)
        case .length(let left):
            let body = Array(bytes.prefix(left))
            state = body.count == left ? .ended : .length(left - body.count)
            return body
        case .chunked(var chunks):
            let body = try chunks.feed(bytes)
            state = chunks.isEnded ? .ended : .chunked(chunks)
            return body
        case .untilClose: return bytes
        case .ended: return []
        }
    }

    /// Takes the end of the connection.
    ///
    /// - Throws: ``LinkError`` when the answer isn't complete: what came of it counts for nothing.
    mutating func end() throws(LinkError) {
        guard case .untilClose = state else {
            guard isEnded else { throw LinkError("the answer was cut off") }
            return
        }
        state = .ended
    }

    /// False while the head isn't complete; afterwards the buffer holds what follows it.
    private mutating func readHead() throws(LinkError) -> Bool {
        let end = Array("\r\n\r\n".utf8)
        guard let index = buffer.firstRange(of: end)?.lowerBound else {
            guard buffer.count <= Self.headLimit else { throw LinkError("the answer has no end") }
            // Whoever answers something else may keep the connection open for ever.
            let start = Array("HTTP/1.".utf8)
            guard buffer.starts(with: start.prefix(buffer.count)) else {
                throw LinkError(
                    Self.isAlert(buffer)
                        ? "the server speaks TLS: ask it by https" : "the answer is not HTTP")
            }
            return false
        }
        let lines = String(decoding: buffer[..<index], as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        let head = try HTTPHead(lines: lines)
        buffer.removeFirst(index + end.count)
        // An interim answer; the real one follows (RFC 9110 §15.2).
        if head.status < 200 {
            interim += index + end.count
            guard interim <= Self.headLimit else { throw LinkError("the answer has no end") }
            return try readHead()
        }
        self.head = head
        state = try Self.framing(of: head)
        return true
    }

    /// Whether these bytes begin an alert of TLS (RFC 8446 §5.1), which answers a request in the open.
    private static func isAlert(_ bytes: [UInt8]) -> Bool {
        bytes.count > 1 && bytes[0] == 21 && bytes[1] == 3
    }

    private static func framing(of head: HTTPHead) throws(LinkError) -> State {
        if head.status == 204 || head.status == 304 { return .ended }
        if let coding = head["transfer-encoding"] {
            guard coding.lowercased() == "chunked" else {
                throw LinkError("the answer has the unknown transfer coding \(coding)")
            }
            return .chunked(ChunkedParser())
        }
        guard let length = try length(of: head) else { return .untilClose }
        return length == 0 ? .ended : .length(length)
    }

    /// The length that the head announces; several that agree are one (RFC 9110 §8.6).
    private static func length(of head: HTTPHead) throws(LinkError) -> Int? {
        let texts = Set(head.list("content-length"))
        guard let text = texts.first else { return nil }
        let isNumber = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard texts.count == 1, isNumber, let length = Int(text) else {
            throw LinkError("the answer has no valid length")
        }
        return length
    }
}

extension String {
    /// Without the white space that may stand around a field's value (RFC 9110 §5.5).
    fileprivate var trimmingSpaces: String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        var text = drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }
}
