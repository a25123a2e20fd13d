import TestSupport
import Testing

@testable import PulseServer

@Suite("Authority")
struct AuthorityTests {
    private func host(_ authority: String) -> String {
        let bytes = Array(authority.utf8)
        return Array(bytes[Authority.host(of: bytes.span)]).text
    }

    @Test(
        "finds the host",
        arguments: [
            ("localhost", "localhost"), ("localhost:8080", "localhost"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]:8080", "[::1]"), ("[::1]", "[::1]"), ("a.b:", "a.b"),
        ])
    func found(authority: String, expected: String) {
        #expect(host(authority) == expected)
    }

    @Test(
        "finds none in what is malformed",
        arguments: [
            "", ":80", "localhost:80x", "localhost:80:80", "[::1", "[::1]x", "a:b@c", "host:-1",
        ])
    func malformed(authority: String) {
        #expect(host(authority) == "")
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
            "1.2.3.4.evil.example",
            "[]", "[evil.example]", "0x7f.1", "1234.1.1.1", "::1",
        ])
    func names(host: String) {
        #expect(!isAddress(host))
    }
}
