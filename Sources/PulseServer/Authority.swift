/// The pure reading of `host[:port]` (RFC 3986 §3.2.2).
enum Authority {
    /// The range of the host in `authority`; an IPv6 literal keeps its brackets.
    ///
    /// Empty when it is malformed.
    static func host(of authority: Span<UInt8>) -> Range<Int> {
        var end = 0
        if authority.count > 0, authority[0] == UInt8(ascii: "[") {
            while end < authority.count, authority[end] != UInt8(ascii: "]") { end += 1 }
            guard end < authority.count else { return 0..<0 }
            end += 1
        } else {
            while end < authority.count, authority[end] != UInt8(ascii: ":") { end += 1 }
        }
        return isPort(authority, from: end) ? 0..<end : 0..<0
    }

    /// Whether nothing, or a colon and digits, follows the host.
    private static func isPort(_ authority: Span<UInt8>, from start: Int) -> Bool {
        guard start < authority.count else { return true }
        guard authority[start] == UInt8(ascii: ":") else { return false }
        for index in (start + 1)..<authority.count where !isDigit(authority[index]) {
            return false
        }
        return true
    }

    /// Whether `host` is an IP literal: no DNS server can make a name of it point elsewhere.
    static func isAddress(_ host: Span<UInt8>) -> Bool {
        host[0] == UInt8(ascii: "[") ? isIPv6Literal(host) : isIPv4(host)
    }

    /// Hexadecimal digits, colons and dots in brackets.
    ///
    /// Whether it is well-formed doesn't matter: a name can't look like this.
    private static func isIPv6Literal(_ host: Span<UInt8>) -> Bool {
        guard host.count > 3 else { return false }
        for index in 1..<host.count - 1 {
            switch host[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
                continue
            default:
                return false
            }
        }
        return true
    }

    /// Four numbers of one to three digits, each up to 255, with dots between.
    private static func isIPv4(_ host: Span<UInt8>) -> Bool {
        var parts = 0
        var index = 0
        while index < host.count {
            var value = 0
            let start = index
            while index < host.count, isDigit(host[index]), index - start < 3 {
                value = value * 10 + Int(host[index] - UInt8(ascii: "0"))
                index += 1
            }
            guard index > start, value <= 255 else { return false }
            parts += 1
            if index == host.count { return parts == 4 }
            guard host[index] == UInt8(ascii: ".") else { return false }
            index += 1
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
