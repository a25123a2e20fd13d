import Glibc

/// The form of a host as it stands in URLs and in `Host` fields.
enum HostName {
    /// Whether browsers could send it as the `Host`, in some case of its letters.
    ///
    /// An address may stand in brackets or without: it is always let in.
    static func isValid(_ text: String) -> Bool {
        isName(text) && hasLabels(text) || isIPv6(text) || isIPv6Literal(text)
    }

    /// What is wrong with a `--host`, and what to type instead; nil for what may be a name or an address.
    ///
    /// An address may have a zone (RFC 4007 §11), and no brackets: it stands in no URL.
    static func objection(toListeningOn text: String) -> String? {
        let address = text.prefix { $0 != "%" }
        if isName(text) || isIPv6(String(address)) { return nil }
        return
            "--host '\(text)' is neither a name nor an address: write it alone, without scheme, brackets "
            + "and port, like gpu1 or ::1."
    }

    /// Whether a name's parts are as long as DNS lets them be (RFC 1035 §2.3.4); a dot may end it.
    private static func hasLabels(_ name: String) -> Bool {
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        return name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false)
                .allSatisfy { 1...63 ~= $0.utf8.count }
    }

    /// Letters, digits and `-._`: what is a name to DNS and to container engines, and IPv4.
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte | 0x20 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): true
                default: (0x30...0x39).contains(byte) || "-._".utf8.contains(byte)
                }
            }
    }

    /// An IPv6 address in brackets (RFC 3986 §3.2.2).
    static func isIPv6Literal(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("[") && text.hasSuffix("]") && isIPv6(String(text.dropFirst().dropLast()))
    }

    /// As inet_pton(3) reads it.
    private static func isIPv6(_ text: String) -> Bool {
        // A NUL would end the string in C.
        guard !text.utf8.contains(0) else { return false }
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, text, &address) == 1
    }

    /// What to type instead of something that can be no host.
    static func advice(for text: String) -> String {
        if text.contains("*") || text.hasPrefix(".") {
            return "there are no patterns: name each host, like gpu1.example.org"
        }
        if isName(text) {
            return "between two dots stand 1 to 63 characters, and 253 in all"
        }
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            return "write it in ASCII as browsers send it, like xn--mller-kva.example"
        }
        return "write the name alone, without scheme, port and path, like gpu1.example.org"
    }
}
