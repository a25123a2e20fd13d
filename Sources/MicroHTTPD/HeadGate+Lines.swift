// The parts of a request head (RFC 9112 §3, §5).

extension HeadGate {
    /// The method, and the space behind it.
    @inline(__always)
    mutating func readMethod(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        let end = min(bytes.count, index + limit - size)
        while index < end {
            let byte = bytes[index]
            if byte == 0x20 {
                isPost = matched == Self.post.utf8CodeUnitCount
                matched = 0
                place = .targetStart
                index += 1
                return nil
            }
            guard Self.isToken(byte) else { return .invalidRequestLine }
            let isNext =
                unsafe takesBody && matched >= 0 && matched < Self.post.utf8CodeUnitCount
                && Self.post.utf8Start[matched] == byte
            matched = isNext ? matched + 1 : -1
            index += 1
        }
        return nil
    }

    /// The target, and the space behind it.
    @inline(__always)
    mutating func readTarget(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        let end = min(bytes.count, index + limit - size)
        while index < end {
            let byte = bytes[index]
            if byte <= 0x20 || byte == 0x7f {
                guard byte == 0x20 else {
                    return byte == 0x0a || byte == 0x0d ? .invalidRequestLine : .invalidTarget
                }
                index += 1
                place = .version
                return nil
            }
            // The library splits the query, and keeps each parameter.
            if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "?") {
                index += 1
                size += Self.itemSize
                return nil
            }
            index += 1
        }
        return nil
    }

    /// `HTTP/1.x`, and the line's end behind it.
    @inline(__always)
    mutating func readVersion(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        // Nearly every line ends like this, in one piece.
        if matched == 0, bytes.count - index >= 10, Self.isUsualEnd(bytes, index) {
            minorVersion = 1
            index += 10
            place = .fieldStart
            return nil
        }
        while index < bytes.count, place == .version {
            if let fault = readVersion(bytes[index], &index) { return fault }
        }
        return nil
    }

    @inline(__always)
    private mutating func readVersion(_ byte: UInt8, _ index: inout Int) -> RequestFault? {
        let isDigit = (0x30...0x39).contains(byte)
        switch matched {
        case Self.version.utf8CodeUnitCount where isDigit:
            minorVersion = byte - 0x30
        case Self.version.utf8CodeUnitCount + 1:
            switch byte {
            case 0x0a: place = .fieldStart
            case 0x0d: place = .requestLineEnd
            default: return .invalidRequestLine
            }
        case ..<Self.version.utf8CodeUnitCount
        where unsafe Self.version.utf8Start[matched] == byte:
            break
        case Self.majorVersion where isDigit:
            return .unsupportedVersion
        default:
            return .invalidRequestLine
        }
        matched += 1
        index += 1
        return nil
    }

    /// `Host:` as nearly every request has it, in one piece: many have no other field.
    @inline(__always)
    mutating func readUsualHost(_ bytes: Span<UInt8>, _ index: inout Int) -> Bool {
        guard bytes.count - index >= 5, bytes[index] == UInt8(ascii: "H"),
            bytes[index + 1] == UInt8(ascii: "o"), bytes[index + 2] == UInt8(ascii: "s"),
            bytes[index + 3] == UInt8(ascii: "t"), bytes[index + 4] == UInt8(ascii: ":")
        else { return false }
        hosts += 1
        index += 5
        place = .value
        return true
    }

    /// The rest of a name, and the colon behind it.
    @inline(__always)
    mutating func readName(
        _ bytes: inout MutableSpan<UInt8>, _ index: inout Int
    ) -> RequestFault? {
        let end = min(bytes.count, index + limit - size)
        let start = index
        while index < end {
            let byte = bytes[index]
            guard Self.isToken(byte) else {
                guard byte == UInt8(ascii: ":") else { return .invalidFieldName }
                if index > start { disguise(&bytes, at: index - 1) }
                beginValue()
                index += 1
                return nil
            }
            field.follow(byte)
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
            hosts += 1
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
        let end = min(bytes.count, index + limit - size)
        while index < end {
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

    @inline(__always)
    private static func isUsualEnd(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        for offset in 0..<10
        where unsafe bytes[start + offset] != usualEnd.utf8Start[offset] {
            return false
        }
        return true
    }

    private static let usualEnd: StaticString = "HTTP/1.1\r\n"
    private static let post: StaticString = "POST"
    private static let version: StaticString = "HTTP/1."
    /// Where the major version stands in `HTTP/1.x`.
    private static let majorVersion = 5

    /// Whether the byte may stand in a method or a field's name (RFC 9110 §5.6.2, `tchar`).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // One bit for each of the 128 ASCII characters that is a tchar.
        let bits: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && bits >> UInt64(byte & 63) & 1 == 1
    }
}
