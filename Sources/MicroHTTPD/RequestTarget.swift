/// The pure half of reading a request target (RFC 9112 §3.2): absolute-form and percent-encoding.
enum RequestTarget {
    /// Whether a target that isn't in origin-form is in another form that goes with the method.
    static func isAllowed(_ target: Span<UInt8>, for method: Span<UInt8>) -> Bool {
        if equal(method, "CONNECT") { return target.count > 0 }
        if equal(target, "*") { return equal(method, "OPTIONS") }
        return isAbsolute(target)
    }

    /// Whether a target begins like a URI: `scheme "://"` (RFC 3986 §3.1).
    private static func isAbsolute(_ target: Span<UInt8>) -> Bool {
        for index in target.indices {
            let byte = target[index]
            switch byte | 0x20 {
            case UInt8(ascii: "a")...UInt8(ascii: "z") where byte >= 0x41: continue
            default: break
            }
            switch byte {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return false }
            case UInt8(ascii: ":"):
                return index > 0 && target.count > index + 2
                    && target[index + 1] == UInt8(ascii: "/")
                    && target[index + 2] == UInt8(ascii: "/")
            default:
                return false
            }
        }
        return false
    }

    private static func equal(_ text: Span<UInt8>, _ other: StaticString) -> Bool {
        guard text.count == other.utf8CodeUnitCount else { return false }
        for index in text.indices where unsafe text[index] != other.utf8Start[index] {
            return false
        }
        return true
    }

    /// The path of a target that isn't plain: `http://host/path` gives `/path`, `%41` gives `A`.
    ///
    /// Decoded once; what could mean another file somewhere else is refused by giving nil: a NUL
    /// (it would cut the string in C), a backslash, an escape that isn't two hexadecimal digits.
    static func path(of target: Span<UInt8>) -> [UInt8]? {
        guard
            let path = PercentEncoding.decoded(
                target.extracting(origin(of: target)..<target.count)),
            !path.contains(0), !path.contains(UInt8(ascii: "\\"))
        else { return nil }
        return path.isEmpty ? [UInt8(ascii: "/")] : path
    }

    /// The authority of a target in absolute-form, such as `host:8080`; nil in origin-form.
    ///
    /// It outranks the `Host` field (RFC 9112 §3.2.2), so it must be judged in its place.
    static func authority(of target: Span<UInt8>) -> Range<Int>? {
        guard let start = afterScheme(of: target) else { return nil }
        return start..<origin(of: target)
    }

    /// Where the path begins: behind scheme and authority, or at 0 in origin-form.
    private static func origin(of target: Span<UInt8>) -> Int {
        guard var index = afterScheme(of: target) else { return 0 }
        while index < target.count, target[index] != UInt8(ascii: "/") { index += 1 }
        return index
    }

    private static func afterScheme(of target: Span<UInt8>) -> Int? {
        for scheme: StaticString in ["http://", "https://"] where begins(target, with: scheme) {
            return scheme.utf8CodeUnitCount
        }
        return nil
    }

    private static func begins(_ target: Span<UInt8>, with scheme: StaticString) -> Bool {
        guard target.count >= scheme.utf8CodeUnitCount else { return false }
        // Schemes compare without case (RFC 3986 §3.1); 0x20 turns an ASCII letter into lower case.
        for index in 0..<scheme.utf8CodeUnitCount {
            let letter = unsafe scheme.utf8Start[index]
            let isLetter = letter >= UInt8(ascii: "a")
            guard target[index] == letter || (isLetter && target[index] | 0x20 == letter) else {
                return false
            }
        }
        return true
    }
}
