/// The reading of one HTTP/1.1 request that carries an update (RFC 9112): pure.
///
/// Its only client is Python's urllib, so anything unusual is refused instead of interpreted. The
/// token is judged as soon as the head is there: nobody else's body is waited for.
struct UpdateRequest: Sendable {
    enum Progress: Hashable, Sendable {
        /// More bytes must come.
        case incomplete
        /// The body of a request that may be obeyed.
        case accepted([UInt8])
        /// The HTTP status that says what is wrong.
        case refused(Int)
    }

    /// Bytes of request line and fields at most.
    static let headLimit = 8_192
    /// Bytes of a body at most: dozens of metrics need a few thousand.
    static let bodyLimit = 65_536

    private let token: [UInt8]
    private var bytes: [UInt8] = []
    /// Where the body begins and how long it is, once the head is read.
    private var body: Range<Int>?

    /// - Parameter token: what the client must show.
    init(token: [UInt8]) {
        self.token = token
    }

    /// Takes what has arrived.
    mutating func append(_ more: ArraySlice<UInt8>) -> Progress {
        bytes += more
        if body == nil {
            guard let end = headEnd() else {
                return bytes.count > Self.headLimit ? .refused(431) : .incomplete
            }
            switch judge(head: bytes[..<end]) {
            case .refused(let status): return .refused(status)
            case .body(let length): body = end + 4..<end + 4 + length
            }
        }
        guard let body, bytes.count >= body.upperBound else { return .incomplete }
        return .accepted(Array(bytes[body]))
    }

    /// Where the empty line begins; nil while there is none.
    private func headEnd() -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        let head = bytes.prefix(Self.headLimit + mark.count)
        return head.indices.first { head[$0] == 0x0D && head[$0...].starts(with: mark) }
    }

    private enum Verdict {
        case body(length: Int)
        case refused(Int)
    }

    private func judge(head: ArraySlice<UInt8>) -> Verdict {
        let lines = head.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            $0.last == 0x0D ? $0.dropLast() : $0
        }
        let request = lines[0].split(separator: 0x20, omittingEmptySubsequences: false)
        guard request.count == 3, request[2].starts(with: "HTTP/1.".utf8) else {
            return .refused(400)
        }
        var lengths: [ArraySlice<UInt8>] = []
        var credentials: [ArraySlice<UInt8>] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                return .refused(400)
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = Self.trimmed(line[(colon + 1)...])
            switch name {
            case "content-length": lengths.append(value)
            case "authorization": credentials.append(value)
            case "transfer-encoding": return .refused(411)
            case "expect": return .refused(417)
            default: continue
            }
        }
        guard credentials.count == 1, isRight(credentials[0]) else { return .refused(401) }
        guard request[0].elementsEqual("POST".utf8) else { return .refused(405) }
        guard lengths.count == 1 else { return .refused(lengths.isEmpty ? 411 : 400) }
        let digits = String(decoding: lengths[0], as: UTF8.self)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(digits)
        else {
            return .refused(digits.utf8.count > 18 ? 413 : 400)
        }
        return length > Self.bodyLimit ? .refused(413) : .body(length: length)
    }

    /// Whether these are the Bearer credentials (RFC 6750 §2.1) of the one client.
    ///
    /// Takes the same time for every token of the right length.
    private func isRight(_ credentials: ArraySlice<UInt8>) -> Bool {
        let scheme = "bearer "
        let given = credentials.dropFirst(scheme.utf8.count)
        let name = String(decoding: credentials.prefix(scheme.utf8.count), as: UTF8.self)
        guard name.lowercased() == scheme, given.count == token.count else { return false }
        return zip(given, token).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var value = value.drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        return value
    }
}
