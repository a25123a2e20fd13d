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
        ])
    func origins(_ text: String, _ isValid: Bool) {
        #expect(WebOrigin.isValid(text) == isValid)
    }
}
