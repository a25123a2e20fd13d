internal import Testing

@testable internal import MicroHTTPD

@Suite("QueryText")
struct QueryTextTests {
    @Test(
        "is what the parameters were",
        arguments: [
            ([("a", "1")], "a=1"), ([("a", ""), ("b", nil), ("c", "%20+")], "a=&b&c=%20+"),
            ([("", "x")], "=x"), ([], nil), ([("", nil)], nil),
            // No bytes that a header field couldn't have.
            ([("a", "\r\nb: c")], nil), ([("ü", "1")], nil), ([("a", "b c")], nil),
        ] as [([(String, String?)], String?)])
    func text(_ parameters: [(String, String?)], _ expected: String?) {
        var query = QueryText()
        for (name, value) in parameters {
            let bytes = value.map { Array($0.utf8) }
            if let bytes {
                query.take(name: Array(name.utf8).span, value: bytes.span)
            } else {
                query.take(name: Array(name.utf8).span, value: nil)
            }
        }
        #expect(query.text == expected)
    }
}
