// The lines with fields of a request head (RFC 9112 §5).

extension HeadGate {
    /// `Host:` as nearly every request has it, in one piece: many have no other field.
    @inline(__always)
    mutating func readUsualHost(_ bytes: Span<UInt8>, _ index: inout Int) -> Bool {
        guard bytes.count - index >= 5, bytes[index] == UInt8(ascii: "H"),
            bytes[index + 1] == UInt8(ascii: "o"), bytes[index + 2] == UInt8(ascii: "s"),
            bytes[index + 3] == UInt8(ascii: "t"), bytes[index + 4] == UInt8(ascii: ":")
        else { return false }
        countHost()
        index += 5
        place = .value
        return true
    }

    /// The rest of a name, and the colon behind it.
    @inline(__always)
    mutating func readName(
        _ bytes: inout MutableSpan<UInt8>, _ index: inout Int
    ) -> RequestFault? {
        let end = min(bytes.count, index + room)
        let start = index
        var followed = field
        defer { field = followed }
        while index < end {
            let byte = bytes[index]
            guard Self.isToken(byte) else {
                guard byte == UInt8(ascii: ":") else { return .invalidFieldName }
                field = followed
                if index > start { disguise(&bytes, at: index - 1) }
                beginValue()
                index += 1
                return nil
            }
            followed.follow(byte)
            index += 1
        }
        return nil
    }

    /// Hides a field from the library whose name ends at `index`.
    mutating func disguise(_ bytes: inout MutableSpan<UInt8>, at index: Int) {
        guard let name = field.name, index >= 0 else { return }
        let isHidden =
            switch name {
            case .cookie: true
            case .expect, .contentLength: !mayHaveBody
            case .host, .transferEncoding: false
            }
        if isHidden { bytes[index] = HeaderField.disguise }
    }

    private mutating func beginValue() {
        place = .value
        switch field.name {
        case .host:
            countHost()
        case .contentLength:
            if length != nil { note(lengthFault) }
            length = 0
            digits = 0
            isBehindLength = false
        case .transferEncoding:
            isCoded = true
            if !mayHaveBody { note(.unexpectedBody) }
        case .cookie, .expect, nil:
            break
        }
    }

    /// A value, and the end of its line but for an LF behind a CR.
    @inline(__always)
    mutating func readValue(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        if field.name == .contentLength { return readLength(bytes[index], &index) }
        let end = min(bytes.count, index + room)
        while index < end {
            // Nearly all of a value is text: eight bytes of it at a time.
            if end - index >= 8 {
                let count = Self.textCount(bytes.bytes, from: index)
                index += count
                if count == 8 { continue }
            }
            let byte = bytes[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7f {
                if byte == 0x0d, index + 1 < end, bytes[index + 1] == 0x0a {
                    index += 2
                    place = .fieldStart
                    return nil
                }
                return endValue(byte, &index)
            }
            index += 1
        }
        return nil
    }

    /// How many of the eight bytes from `start` on come before one below 0x20, or 0x7f.
    @inline(__always)
    private static func textCount(_ bytes: RawSpan, from start: Int) -> Int {
        let word = UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(
                fromByteOffset: start, as: UInt64.self))
        let ones: UInt64 = 0x0101_0101_0101_0101
        // A subtraction borrows into the highest bit of such a byte, and perhaps of those behind it.
        let control = (word &- 0x20 &* ones) & ~word
        let other = word ^ (0x7f &* ones)
        let delete = (other &- ones) & ~other
        return ((control | delete) & (0x80 &* ones)).trailingZeroBitCount / 8
    }

    private mutating func endValue(_ byte: UInt8, _ index: inout Int) -> RequestFault? {
        switch byte {
        case 0x0a: place = .fieldStart
        case 0x0d: place = .fieldEnd
        default: return .invalidFieldLine
        }
        index += 1
        return nil
    }

    /// `OWS 1*DIGIT OWS` (RFC 9110 §8.6), byte by byte: the library answers anything else by itself,
    /// and with two heads.
    private mutating func readLength(_ byte: UInt8, _ index: inout Int) -> RequestFault? {
        switch byte {
        case 0x20, 0x09:
            // Behind the digits they are the library's to read, where it reads them.
            if digits > 0, mayHaveBody { return lengthFault }
            isBehindLength = digits > 0
        case 0x30...0x39:
            guard !isBehindLength else { return lengthFault }
            digits += 1
            // More than anybody takes, and less than the library can't read.
            guard digits <= 15 else { return mayHaveBody ? .bodyTooLarge : lengthFault }
            length = (length ?? 0) * 10 + Int(byte - 0x30)
            if !mayHaveBody, digits > 1 || byte != 0x30 { note(.unexpectedBody) }
        case 0x0a, 0x0d:
            guard digits > 0 else { return lengthFault }
            return endValue(byte, &index)
        default:
            return lengthFault
        }
        index += 1
        return nil
    }

    private var mayHaveBody: Bool { takesBody && isPost }

    private var lengthFault: RequestFault {
        mayHaveBody ? .invalidLength : .unexpectedBody
    }
}
