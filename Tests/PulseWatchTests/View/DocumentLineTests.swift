import Testing

@testable import PulseWatch

@Suite("DocumentLine")
struct DocumentLineTests {
    private func line(_ document: String) -> String? {
        DocumentLine.of(Array(document.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "leaves a document as it came",
        arguments: [
            #"{"loss": 1.0, "message": "漢 \"x\" \\", "n": -1e-07}"#, "[]", #""\u001b""#, "NaN",
            "{\"bidirectional\": \"\u{202E}\"}",
        ])
    func unchanged(_ document: String) {
        #expect(line(document) == document)
    }

    @Test(
        "is one line, whatever the document's are",
        arguments: [
            ("{\"a\":\r\n\t1}", "{\"a\":   1}"), ("{\n\n}\n", "{  } "),
            // No JSON until they are escaped.
            ("{\"a\": \"1\n2\"}", #"{"a": "1\u000a2"}"#),
            ("{\"a\": \"\\\\\n\"}", #"{"a": "\\\u000a"}"#),
            ("{\"a\": \"\u{85}\u{2028}\u{2029}\"}", #"{"a": "\u0085\u2028\u2029"}"#),
        ])
    func lines(_ document: String, _ expected: String) {
        #expect(line(document) == expected)
    }

    @Test("lets no control character through")
    func controls() {
        #expect(line("\"\u{1B}]0;x\u{7}\u{7F}\u{9B}31m\"") == #""\u001b]0;x\u0007\u007f\u009b31m""#)
        for code in [0...0x1F, 0x7F...0x9F].joined() {
            let text = line("\"\(Character(Unicode.Scalar(UInt8(code))))\"")
            #expect(text?.utf8.count == 8)
            #expect(text?.hasPrefix("\"\\u00") == true)
        }
    }

    @Test("is nothing where there is no JSON", arguments: ["", "{", "\u{1B}", "{}{}", "a\nb"])
    func none(_ document: String) {
        #expect(line(document) == nil)
    }
}
