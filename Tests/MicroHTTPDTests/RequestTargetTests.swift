internal import Testing
@testable internal import MicroHTTPD

@Suite("RequestTarget")
struct RequestTargetTests {
    @Test(
        "decodes a target to its path",
        arguments: [
            ("/status", "/status"),
            ("/%73tatus", "/status"),
            ("/%2e%2E/secret", "/../secret"),
            ("/a%20b", "/a b"),
            // Once and not again: what is left is a name like any other.
            ("/%252e", "/%2e"),
            ("http://localhost/status", "/status"),
            ("HTTP://localhost:8080/%73tatus", "/status"),
            ("https://localhost/status", "/status"),
            ("http://localhost", "/"),
            ("http://", "/"),
            ("*", "*"),
            ("ftp://localhost/status", "ftp://localhost/status"),
            ("", "/"),
        ])
    func path(target: String, path: String) {
        #expect(RequestTarget.path(of: Array(target.utf8).span).map(text) == path)
    }

    @Test(
        "refuses what a file system or C would read in another way",
        arguments: [
            "/%00", "/status%00.html", "/%5c..%5c", "/..\\", "/%", "/%4", "/%zz", "/%4g", "/%-1",
        ])
    func refused(target: String) {
        #expect(RequestTarget.path(of: Array(target.utf8).span) == nil)
    }

    @Test(
        "finds the authority of an absolute-form",
        arguments: [
            ("http://evil.example/status", "evil.example"),
            ("HtTpS://evil.example:8443", "evil.example:8443"),
            ("http:///status", ""),
            ("http://user@localhost/", "user@localhost"),
            ("/http://x/", nil),
            ("/status", nil),
            ("*", nil),
            ("http:/", nil),
            ("", nil),
        ] as [(String, String?)])
    func authority(target: String, authority: String?) {
        let bytes = Array(target.utf8)
        let range = RequestTarget.authority(of: bytes.span)
        #expect(range.map { text(Array(bytes[$0])) } == authority)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
