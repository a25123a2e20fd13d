internal import Testing

@testable internal import MicroHTTPD

@Suite("FurtherLines")
struct FurtherLinesTests {
    private func further(_ field: HeaderField, _ lines: [(String, String)]) throws -> String {
        var further = FurtherLines(of: field, separator: try #require(field.separator))
        for (name, value) in lines {
            further.take(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        return String(decoding: further.bytes, as: UTF8.self)
    }

    @Test("joins all lines but the first, in order, whatever the case of their names")
    func joined() throws {
        let lines = [
            ("if-none-match", "a"), ("X", "y"), ("IF-NONE-MATCH", "b"), ("If-None-Match", ""),
        ]
        #expect(try further(.ifNoneMatch, lines) == ", b, ")
        #expect(try further(.cookie, [("Cooki~", "a=1"), ("cooki~", "b=2 ")]) == "; b=2")
    }

    @Test("is empty for one line, or none")
    func single() throws {
        #expect(try further(.accept, [("Accept", "a"), ("Accept-Encoding", "b")]) == "")
        #expect(try further(.accept, []) == "")
    }
}
