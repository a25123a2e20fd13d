internal import Testing

@testable internal import MicroHTTPD

@Suite("QueryCheck")
struct QueryCheckTests {
    @Test(
        "finds nothing in parameters that can be read, whatever they say",
        arguments: [[], [("a", "1")], [("", "")], [("a", "%20+&"), ("%C3%BC", "ü")]])
    func sound(parameters: [(String, String)]) {
        #expect(malformed(in: parameters) == nil)
    }

    @Test(
        "names the first parameter that can't be read, as it was sent",
        arguments: [
            ([("a", "%")], "a"),
            ([("a", "1"), ("b", "%zz"), ("c", "%")], "b"),
            ([("%zz", "1")], "%zz"),
            ([("", "%")], ""),
            // Bytes that no UTF-8 has, a sequence cut short, half of a surrogate pair.
            ([("a", "%FF")], "a"),
            ([("a", "%C3")], "a"),
            ([("a", "%ED%A0%80")], "a"),
        ] as [([(String, String)], String)])
    func malformed(parameters: [(String, String)], name: String) {
        #expect(malformed(in: parameters) == name)
    }

    private func malformed(in parameters: [(String, String)]) -> String? {
        var check = QueryCheck()
        for (name, value) in parameters {
            check.inspect(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        return check.malformed.map { String(decoding: $0, as: UTF8.self) }
    }
}
