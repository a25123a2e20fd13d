import Testing

@testable import PulseServer

@Suite("AcceptField")
struct AcceptFieldTests {
    private func quality(of type: String, _ subtype: String, in field: String) -> Int {
        AcceptField(Array(field.utf8).span).preference(for: type, subtype, version: "1.0").quality
    }

    @Test(
        "takes the quality of the range that names a type most closely",
        arguments: [
            ("", 0), ("text/plain", 1_000), ("TEXT/Plain", 1_000), ("text/*;q=0.5", 500),
            ("*/*;q=0.001", 1), ("*/*;q=0.1, text/*;q=0.2, text/plain;q=0.3", 300),
            ("text/plain;q=0, */*", 0), ("text/plain;version=1.0;q=0.7, text/plain;q=0.2", 700),
            ("text/plain;version=2.0", 0), ("text/plain;version=\"1.0\"", 1_000),
            ("text/plain ; charset=utf-8 ;\tq=0.25", 250), ("text/html, application/json", 0),
            ("a/b;x=\"text/plain, \\\"\", text/plain;q=0.5", 500),
            ("a/b;x=\", text/plain", 0),
        ])
    func precision(field: String, expected: Int) {
        #expect(quality(of: "text", "plain", in: field) == expected)
    }

    @Test(
        "passes over a range whose quality is none",
        arguments: ["2", "1.5", "-1", "nan", "", "1e0", "0x1", "0.0001", "."])
    func malformed(quality text: String) {
        #expect(quality(of: "text", "plain", in: "text/plain;q=\(text), */*;q=0.3") == 300)
    }

    @Test("of equally wanted types the one that is named more closely comes first, then the first")
    func order() {
        func prefersText(_ field: String) -> Bool {
            let accept = AcceptField(Array(field.utf8).span)
            return accept.preference(for: "text", "plain", version: "1.0")
                > accept.preference(for: "a", "b", version: "1.0")
        }
        #expect(prefersText("text/plain, a/b"))
        #expect(!prefersText("a/b, text/plain"))
        #expect(prefersText("*/*, text/plain"))
        #expect(!prefersText("*/*"))
    }
}
