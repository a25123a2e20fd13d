import TestSupport
import Testing

@testable import PulseServer

@Suite("Authority")
struct AuthorityTests {
    private func host(_ authority: String) -> String? {
        let bytes = Array(authority.utf8)
        return Authority.host(of: bytes.span).map { Array(bytes[$0]).text }
    }

    @Test(
        "finds the host",
        arguments: [
            ("localhost", "localhost"), ("localhost:8080", "localhost"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]:8080", "[::1]"), ("[::1]", "[::1]"), ("a.b:", "a.b"), ("", ""), (":80", ""),
            ("a%C3%A4-._~!$&'()*+,;=z:1", "a%C3%A4-._~!$&'()*+,;=z"),
            ("[0:0:0:0:0:0:0:1]:80", "[0:0:0:0:0:0:0:1]"),
            (
                "[1111:2222:3333:4444:5555:6666:111.222.133.144]",
                "[1111:2222:3333:4444:5555:6666:111.222.133.144]"
            ),
        ])
    func found(authority: String, expected: String) {
        #expect(host(authority) == expected)
    }

    @Test(
        "finds none in what is malformed",
        arguments: [
            "localhost:80x", "localhost:80:80", "[::1", "[::1]x", "a:b@c", "host:-1", "user@h",
            "user:1@h:80", "h/path", "/", "a, b", "a b", " a", "a\t", "a\0", "a\u{7f}", "ä", "a?b",
            "a#b", "a\\b", "a\"b", "<a>", "a|b", "^", "`", "{a}", "%", "%4", "%4g", "a%zz", "[]",
            "[g::1]",
            "[:::]", "[1::2::3]", "[1:2]", "[::1%25eth0]", "[fe80::1%eth0]", "[1.2.3.4]", "[::1\0]",
            "[[::1]]", "::1", "]", "[", "a[::1]", "[v1.a]",
            "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa]",
        ])
    func malformed(authority: String) {
        #expect(host(authority) == nil)
    }

    @Test("takes each character of a name that may stand there, and no other")
    func characters() {
        let allowed = Set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=".utf8)
        // A colon begins a port, a percent sign an escape.
        for byte in UInt8.min...UInt8.max where !":%".utf8.contains(byte) {
            let isTaken = Authority.host(of: [UInt8(ascii: "a"), byte].span) != nil
            #expect(isTaken == allowed.contains(byte), "\(byte)")
        }
    }

    private func isAddress(_ host: String) -> Bool {
        Authority.isAddress(Array(host.utf8).span)
    }

    @Test(
        "takes IP literals",
        arguments: [
            "127.0.0.1", "0.0.0.0", "255.255.255.255", "[::1]", "[fe80::1]", "[::ffff:1.2.3.4]",
        ])
    func addresses(host: String) {
        #expect(isAddress(host))
    }

    @Test(
        "takes no name for an address",
        arguments: [
            "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.", "1..2.3", "1.2.3.4a",
            "1.2.3.4.evil.example", "0x7f.1", "1234.1.1.1", "::1",
        ])
    func names(host: String) {
        #expect(!isAddress(host))
    }
}
