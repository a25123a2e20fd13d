import Testing

@testable import Pulse

@Suite("Fingerprint")
struct FingerprintTests {
    @Test(
        "is FNV-1a of 64 bits, with its zeros",
        arguments: [
            ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
        ])
    func published(text: String, digits: String) {
        #expect(Fingerprint.of(Array(text.utf8)) == digits)
    }

    @Test("always has sixteen digits")
    func digits() {
        for number in 0..<1_000 {
            #expect(Fingerprint.of(Array("\(number)".utf8)).count == 16)
        }
    }
}
