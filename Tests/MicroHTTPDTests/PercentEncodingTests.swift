internal import Testing

@testable internal import MicroHTTPD

@Suite("PercentEncoding")
struct PercentEncodingTests {
    @Test(
        "decodes once, and refuses what isn't two hexadecimal digits",
        arguments: [
            ("", ""), ("plain", "plain"), ("%41%7a", "Az"), ("%2541", "%41"), ("a%C3%BCb", "aüb"),
            ("%", nil), ("%4", nil), ("a%4", nil), ("%g0", nil), ("%0g", nil), ("%%41", nil),
            ("%+1", nil),
        ] as [(String, String?)])
    func decodes(text: String, expected: String?) {
        #expect(PercentEncoding.decoded(Array(text.utf8).span) == expected.map { Array($0.utf8) })
    }

    @Test("gives bytes, whatever they mean")
    func bytes() {
        #expect(PercentEncoding.decoded(Array("%00%ff".utf8).span) == [0, 0xFF])
    }
}
