import Testing

@testable import PulseCommand

@Suite("FrameAncestor")
struct FrameAncestorTests {
    @Test(
        "is an origin, the star, or a scheme",
        arguments: [
            ("https://example.org", true), ("http://[::1]:3000", true), ("*", true),
            ("vscode-webview:", true), ("https:", true), ("", false), (":", false), ("1a:", false),
            ("Https:", false), ("example.org", false), ("'none'", false), ("'self'", false),
            ("https://a https://b", false), ("a; script-src *", false), ("a:; b:", false),
            ("https://a/", false),
        ])
    func forms(_ text: String, _ isValid: Bool) {
        #expect(FrameAncestor.isValid(text) == isValid)
    }
}
