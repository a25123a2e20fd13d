internal import Glibc

/// The pure reading of `host[:port]` (RFC 9110 §7.2, RFC 3986 §3.2.2).
enum Authority {
    /// The range of the host in `authority`; an IPv6 literal keeps its brackets.
    ///
    /// Empty for one that names no host, such as `:80`; nil when it is malformed.
    static func host(of authority: Span<UInt8>) -> Range<Int>? {
        var end = 0
        if authority.count > 0, authority[0] == UInt8(ascii: "[") {
            while end < authority.count, authority[end] != UInt8(ascii: "]") { end += 1 }
            guard end < authority.count else { return nil }
            end += 1
            guard isIPv6Literal(authority.extracting(0..<end)) else { return nil }
        } else {
            while end < authority.count, authority[end] != UInt8(ascii: ":") { end += 1 }
            guard isName(authority.extracting(0..<end)) else { return nil }
        }
        return isPort(authority, from: end) ? 0..<end : nil
    }

    /// `reg-name`: unreserved characters, sub-delimiters, and escapes of two digits.
    private static func isName(_ host: Span<UInt8>) -> Bool {
        var index = 0
        while index < host.count {
            let byte = host[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < host.count, isHexadecimal(host[index + 1]),
                    isHexadecimal(host[index + 2])
                else { return false }
                index += 3
            } else {
                guard isDigit(byte) || isLetter(byte) || isMark(byte) else { return false }
                index += 1
            }
        }
        return true
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
    ///
    /// - Parameter host: as ``host(of:)`` finds it, not empty.
    static func isAddress(_ host: Span<UInt8>) -> Bool {
        host[0] == UInt8(ascii: "[") || isIPv4(host)
    }

    /// An address in brackets, as inet_pton(3) reads it.
    private static func isIPv6Literal(_ host: Span<UInt8>) -> Bool {
        // The longest is 45 characters. A NUL would end the string in C.
        guard 2...47 ~= host.count else { return false }
        var text = ""
        for index in 1..<host.count - 1 {
            guard host[index] != 0 else { return false }
            text.unicodeScalars.append(Unicode.Scalar(host[index]))
        }
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, text, &address) == 1
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

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    /// One of `-._~!$&'()*+,;=`: judged at every request, so that no text is searched.
    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
