internal import Testing
@testable internal import MicroHTTPD

@Suite("KnownField")
struct KnownFieldTests {
    @Test(
        "knows exactly the names that decide how a request is read",
        arguments: [
            ("Host", .host), ("hOST", .host), ("Content-Length", .contentLength),
            ("TRANSFER-ENCODING", .transferEncoding), ("cookie", .cookie), ("Expect", .expect),
            ("", nil), ("h", nil), ("Hos", nil), ("Hosts", nil), ("Cookie2", nil), ("Cooking", nil),
            ("Co", nil), ("Contents", nil), ("Content-Type", nil), ("Segment-Length", nil),
            ("Expect-CT", nil), ("X-Host", nil), ("TE", nil), ("Coontent-Length", nil),
        ] as [(String, KnownField.Name?)])
    func names(text: String, name: KnownField.Name?) {
        var field = KnownField()
        for byte in text.utf8 { field.follow(byte) }
        #expect(field.name == name)
    }
}
