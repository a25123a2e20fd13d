import Testing

@testable import PulseCommand

@Suite("WebOrigin")
struct WebOriginTests {
    @Test(
        "knows an origin as browsers send it",
        arguments: [
            ("*", true), ("http://localhost", true), ("https://example.org", true),
            ("https://example.org:8443", true), ("http://[::1]:3000", true), ("http://a_b", true),
            ("", false), ("example.org", false), ("https://", false),
            ("https://example.org/", false),
            ("https://example.org/path", false), ("https://Example.org", false),
            ("HTTPS://example.org", false), ("https://example.org?x", false),
            ("https://a b", false), ("https://a\r\nX: y", false), ("null", false),
            ("file://x", false), ("https://*", false), ("https://exämple.org", false),
            // A browser leaves the scheme's own port out.
            ("https://example.org:443", false), ("http://localhost:80", false),
            ("http://localhost:443", true), ("https://localhost:80", true),
            ("https://a:", false), ("https://:80", false), ("https://a:0", false),
            ("https://a:08443", false), ("https://a:65536", false), ("https://a:+1", false),
            ("https://a:b:1", false), ("https://[::1", false), ("https://[::1]", true),
            ("https://[g::1]", false), ("https://::1", false), ("https://user@a", false),
            ("https://*.example.org", false), ("http://127.0.0.1:3000", true),
        ])
    func origins(_ text: String, _ isValid: Bool) {
        #expect(WebOrigin.isValid(text) == isValid)
    }
}
