/// Reads the bytes of one connection before the library does, and lets sound request heads through:
/// pure.
///
/// The grammar is that of RFC 9112 without what it deprecates; a line may end in a bare LF, and several
/// spaces may stand before a target. At the first fault the head ends: what has been let through is
/// completed to a head that the library can read, so that the request is answered like any other, and
/// nothing behind it is let through.
struct HeadGate: Sendable {
    /// What becomes of some bytes.
    enum Passage {
        /// All of them go on.
        case all
        /// So many of them go on, then these, then nothing.
        case end(after: Int, StaticString)
    }

    enum Place: UInt8, Sendable {
        case start, startEnd, method, targetStart, target, version, requestLineEnd
        case fieldStart, name, value, fieldEnd, headEnd, body, closed
    }

    // One of these for each open socket: in this order they are 40 bytes.

    /// The announced bytes of the body; nil before any `Content-Length`.
    var length: Int?
    var place = Place.start
    let takesBody: Bool
    var isPost = false
    /// How much of "POST" the method is, or of "HTTP/1." the version.
    var matched: Int8 = 0
    var minorVersion: UInt8 = 0
    var field = KnownField()
    /// How many `Host` there were; more than two are as bad as two.
    private(set) var hosts: UInt8 = 0
    var isCoded = false
    /// Digits of the `Content-Length` that is being read.
    var digits: UInt8 = 0
    var isBehindLength = false
    /// What is wrong with the last head that was let through.
    private(set) var fault: RequestFault?
    /// What the head takes of the connection's memory so far.
    var size: Int32 = 0
    private let limit: Int32
    /// Heads that have been let through and not been taken up.
    private(set) var waiting: UInt32 = 0

    /// Bytes that the library takes for each field and parameter beside the text
    /// (`struct MHD_HTTP_Req_Header`).
    static let itemSize: Int32 = 64

    /// - Parameters:
    ///   - limit: bytes that a head may take of the connection's memory.
    ///   - takesBody: whether a `POST` may have a body.
    init(limit: Int, takesBody: Bool) {
        self.limit = Int32(clamping: limit)
        self.takesBody = takesBody
    }

    /// The next head reaches its handler: what is wrong with it.
    mutating func takeUp() -> RequestFault? {
        waiting -= 1
        return waiting == 0 ? fault : nil
    }

    /// Reads the bytes that come next.
    ///
    /// `Cookie` and `Expect` get names that the library doesn't know (``HeaderField``): it would copy
    /// every cookie, and answers an expectation also where no body is to come.
    mutating func read(_ bytes: inout MutableSpan<UInt8>) -> Passage {
        var index = 0
        while index < bytes.count {
            if place == .body {
                let count = min(length ?? 0, bytes.count - index)
                index += count
                length = (length ?? 0) - count
                if length == 0 { begin() }
                continue
            }
            guard place != .closed else { return .end(after: index, "") }
            guard size < limit else {
                return refuse(isInFields ? .fieldsTooLarge : .targetTooLong, at: index)
            }
            let start = index
            let found = step(&bytes, &index)
            size += Int32(index - start)
            if let found { return refuse(found, at: index) }
        }
        // A name may end here, and its colon come next.
        if place == .name { disguise(&bytes, at: index - 1) }
        return .all
    }

    /// How many more bytes the head may take.
    var room: Int { Int(limit) - Int(size) }

    private var isInFields: Bool { place.rawValue >= Place.fieldStart.rawValue }

    /// Reads at least a byte; gives what is wrong with the one at `index`.
    @inline(__always)
    private mutating func step(
        _ bytes: inout MutableSpan<UInt8>, _ index: inout Int
    ) -> RequestFault? {
        switch place {
        case .value: return readValue(bytes.span, &index)
        case .name: return readName(&bytes, &index)
        case .target: return readTarget(bytes.span, &index)
        case .method: return readMethod(bytes.span, &index)
        case .version: return readVersion(bytes.span, &index)
        default: break
        }
        let byte = bytes[index]
        let isLineFeed = byte == 0x0a
        switch place {
        case .start:
            switch byte {
            case 0x0a: break
            case 0x0d: place = .startEnd
            default:
                guard Self.isToken(byte) else { return .invalidRequestLine }
                place = .method
                return readMethod(bytes.span, &index)
            }
        case .startEnd:
            guard isLineFeed else { return .invalidRequestLine }
            place = .start
        case .targetStart:
            if byte == 0x20 { break }
            place = .target
            return readTarget(bytes.span, &index)
        case .requestLineEnd, .fieldEnd:
            guard isLineFeed else {
                return isInFields ? .invalidFieldLine : .invalidRequestLine
            }
            place = .fieldStart
        case .fieldStart:
            switch byte {
            case 0x0a: end()
            case 0x0d: place = .headEnd
            case 0x20, 0x09: return .invalidFieldLine
            default:
                guard Self.isToken(byte) else { return .invalidFieldName }
                field = KnownField()
                size += Self.itemSize
                if readUsualHost(bytes.span, &index) { return nil }
                place = .name
                return readName(&bytes, &index)
            }
        case .headEnd:
            guard isLineFeed else { return .invalidFieldLine }
            end()
        case .method, .name, .value, .target, .version, .body, .closed: break
        }
        index += 1
        return nil
    }

    /// The head is whole.
    private mutating func end() {
        waiting += 1
        if hosts > 1 { fault = fault ?? .repeatedHost }
        if hosts == 0, minorVersion > 0 { fault = fault ?? .missingHost }
        if fault != nil || isCoded {
            place = .closed
        } else if let length, length > 0 {
            place = .body
        } else {
            begin()
        }
    }

    private mutating func begin() {
        (place, size, matched, minorVersion) = (.start, 0, 0, 0)
        (hosts, length) = (0, nil)
    }

    mutating func countHost() {
        hosts = min(hosts + 1, 2)
    }

    /// Notes what is wrong with the head, which goes on all the same.
    mutating func note(_ found: RequestFault) {
        fault = fault ?? found
    }

    private mutating func refuse(_ found: RequestFault, at index: Int) -> Passage {
        note(found)
        return cut(at: index)
    }

    /// Ends the head before the byte at `index`.
    mutating func cut(at index: Int) -> Passage {
        let completion: StaticString =
            switch place {
            case .start: "X / HTTP/1.1\r\n\r\n"
            case .startEnd: "\nX / HTTP/1.1\r\n\r\n"
            case .method: " / HTTP/1.1\r\n\r\n"
            case .targetStart: "/ HTTP/1.1\r\n\r\n"
            case .target, .version: " HTTP/1.1\r\n\r\n"
            case .requestLineEnd, .fieldEnd: "\n\r\n"
            // The library answers a length without a digit by itself.
            case .name: ":0\r\n\r\n"
            case .value: "0\r\n\r\n"
            case .fieldStart: "\r\n"
            case .headEnd: "\n"
            case .body, .closed: ""
            }
        if place != .closed { waiting += 1 }
        place = .closed
        return .end(after: index, completion)
    }
}
