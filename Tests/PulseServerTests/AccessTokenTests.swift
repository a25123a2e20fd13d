import Testing

@testable import PulseServer

@Suite("AccessToken")
struct AccessTokenTests {
    @Test(
        "takes secrets that stand in a header, a cookie and a URL as they are",
        arguments: [
            "0123456789abcdef", "AbC-._~0123456789xyz", String(repeating: "x", count: 2_048),
        ])
    func valid(secret: String) {
        #expect(AccessToken(secret) != nil)
    }

    @Test(
        "refuses secrets that are short, or that mean something in a header, a cookie or a URL",
        arguments: [
            "", "short", "0123456789abcde", "0123456789abcde f", "0123456789abcdef;",
            "0123456789abcdef,",
            "0123456789abcdef%", "0123456789abcdef&", "0123456789abcdef+", "0123456789abcdef#",
            String(repeating: "x", count: 2_049), "0123456789abcdef\"", "0123456789abcdef\\",
            "0123456789abcdef\n", "0123456789abcdefé",
        ])
    func invalid(secret: String) {
        #expect(AccessToken(secret) == nil)
    }
}
