// The line that a request head begins with (RFC 9112 §3).

extension HeadGate {
    /// The method, and the space behind it.
    @inline(__always)
    mutating func readMethod(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        let end = min(bytes.count, index + room)
        while index < end {
            let byte = bytes[index]
            if byte == 0x20 {
                isPost = Int(matched) == Self.post.utf8CodeUnitCount
                matched = 0
                place = .targetStart
                index += 1
                return nil
            }
            guard Self.isToken(byte) else { return .invalidRequestLine }
            let isNext =
                unsafe takesBody && matched >= 0 && matched < Self.post.utf8CodeUnitCount
                && Self.post.utf8Start[Int(matched)] == byte
            matched = isNext ? matched + 1 : -1
            index += 1
        }
        return nil
    }

    /// The target, and the space behind it.
    @inline(__always)
    mutating func readTarget(_ bytes: Span<UInt8>, _ index: inout Int) -> RequestFault? {
        let end = min(bytes.count, index + room)
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
        let matched = Int(matched)
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
        self.matched += 1
        index += 1
        return nil
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
