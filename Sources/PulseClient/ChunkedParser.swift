/// The pure parser of the chunked transfer coding (RFC 9112 §7.1).
struct ChunkedParser {
    private enum State { case size, data(Int), dataEnd, trailer, ended }

    private var state = State.size
    private var line: [UInt8] = []
    private var trailers = 0

    /// Bytes of a line at most, and of all trailers: sizes and trailers are short.
    private static let lineLimit = 8_192

    var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// Takes a piece and gives the bytes of the body in it.
    mutating func feed(_ bytes: [UInt8]) throws(LinkError) -> [UInt8] {
        var body: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .data(let left):
                let part = rest.prefix(left)
                body += part
                rest = rest.dropFirst(part.count)
                state = part.count == left ? .dataEnd : .data(left - part.count)
            case .ended: return body
            case .size, .dataEnd, .trailer:
                let byte = rest.removeFirst()
                guard byte == UInt8(ascii: "\n") else {
                    line.append(byte)
                    guard line.count <= Self.lineLimit else { throw Self.malformed }
                    continue
                }
                if case .trailer = state {
                    trailers += line.count + 1
                    guard trailers <= Self.lineLimit else { throw Self.malformed }
                }
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                state = try Self.state(after: line, in: state)
                line = []
            }
        }
        return body
    }

    private static func state(after line: [UInt8], in state: State) throws(LinkError) -> State {
        switch state {
        case .size:
            let digits = String(decoding: line, as: UTF8.self).prefix { $0.isHexDigit }
            let tail = line.dropFirst(digits.utf8.count).first
            // Extensions follow a semicolon, and mean nothing here.
            guard tail == nil || tail == UInt8(ascii: ";") || tail == UInt8(ascii: " "),
                let size = Int(digits, radix: 16)
            else { throw malformed }
            return size == 0 ? .trailer : .data(size)
        case .dataEnd:
            guard line.isEmpty else { throw malformed }
            return .size
        case .trailer: return line.isEmpty ? .ended : .trailer
        case .data, .ended: return state
        }
    }

    private static let malformed = LinkError("the answer's chunks are malformed")
}
