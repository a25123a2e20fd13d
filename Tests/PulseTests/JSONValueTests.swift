import Testing

@testable import Pulse

@Suite("JSONValue")
struct JSONValueTests {
    @Test("reads every kind of value")
    func kinds() {
        let document =
            #" {"a": [1, -2.5e3, true, false, null], "b": {"c": "x\u00e9\n"}, "d": [], "e": {}} "#
        #expect(
            JSONValue(Array(document.utf8))
                == .object([
                    "a": .array([.number(1), .number(-2500), .bool(true), .bool(false), .null]),
                    "b": .object(["c": .string("xé\n")]), "d": .array([]), "e": .object([:]),
                ]))
    }

    @Test("takes what Python writes for numbers that JSON doesn't have")
    func python() throws {
        let value = try #require(JSONValue(Array(#"{"a": NaN, "b": -Infinity}"#.utf8)))
        #expect(value["a"]?.number?.isNaN == true)
        #expect(value["b"]?.number == -.infinity)
    }

    @Test(
        "knows what is none",
        arguments: [
            "", "{", "[1,]", "{\"a\" 1}", "{\"a\": 1,}", "nul", "1 2", "\"\u{1}\"", "{1: 2}", "--1",
            "0x", "[1", "\"a",
        ])
    func none(_ text: String) {
        #expect(JSONValue(Array(text.utf8)) == nil)
    }

    @Test("follows no depth that only an attacker writes")
    func depth() {
        let nested = { (depth: Int) in
            JSONValue(
                Array(
                    (String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
                        .utf8))
        }
        #expect(nested(16) != nil)
        #expect(nested(17) == nil)
        #expect(nested(100_000) == nil)
    }

    @Test("gives members and numbers only where there are any")
    func access() throws {
        let value = try #require(JSONValue(Array(#"{"a": [1, 2], "b": [1, "x"], "c": "y"}"#.utf8)))
        #expect(value["a"]?.numbers == [1, 2])
        #expect(value["b"]?.numbers == nil)
        #expect(value["c"]?.string == "y")
        #expect(value["c"]?.number == nil)
        #expect(value["d"] == nil)
        #expect(value["c"]?["x"] == nil)
    }
}
