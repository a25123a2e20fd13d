import Testing

@testable import Pulse

@Suite("JSONEscape")
struct JSONEscapeTests {
    private func message(_ escaped: String) throws(PulseError) -> String {
        try PulseDecoder.decode(document(message: "\"\(escaped)\"")).message
    }

    @Test(
        "resolves every escape that JSON has",
        arguments: [
            (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{C}"),
            (#"\n"#, "\n"), (#"\r"#, "\r"), (#"\t"#, "\t"), (#"\u0000"#, "\0"), (#"\u0041"#, "A"),
            (#"\u00e9\u00E9"#, "éé"), (#"\uFFFF"#, "\u{FFFF}"),
            (#"\uD7FF\uE000"#, "\u{D7FF}\u{E000}"),
            (#"\ud83d\ude00"#, "😀"), (#"\uD800\uDC00"#, "\u{10000}"),
            (#"\uDBFF\uDFFF"#, "\u{10FFFF}"),
            (#"a\\u0041"#, #"a\u0041"#), (#"\\\"\\"#, #"\"\"#), (#"é\n€\t😀"#, "é\n€\t😀"),
        ])
    func resolves(_ escaped: String, _ text: String) throws {
        #expect(try message(escaped).utf8.elementsEqual(text.utf8))
    }

    @Test("resolves each scalar beyond ASCII")
    func everyScalar() throws {
        for value in stride(from: UInt32(0x80), through: 0x10FFFF, by: 17) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let escaped = String(scalar).utf16.map { "\\u" + String($0 + 0, radix: 16).leftPadded }
                .joined()
            if try message(escaped) != String(scalar) { Issue.record("\(escaped)") }
        }
    }

    @Test(
        "says what is wrong with an escape, and where it begins",
        arguments: [
            (#"a\x41"#, .invalidEscape), (#"a\'"#, .invalidEscape), (#"a\u00g0"#, .invalidEscape),
            (#"a\u"#, .invalidEscape), (#"a\u004"#, .invalidEscape), (#"a\U0041"#, .invalidEscape),
            (#"a\ud83d"#, .loneSurrogate), (#"a\udc00"#, .loneSurrogate),
            (#"a\ud83d\n"#, .loneSurrogate),
            (#"a\ud83d\ud83d"#, .loneSurrogate), (#"a\ude00\ud83d"#, .loneSurrogate),
        ] as [(String, PulseError.Reason)])
    func fails(_ escaped: String, _ reason: PulseError.Reason) throws {
        let error = #expect(throws: PulseError.self) { try message(escaped) }
        #expect(error?.reason == reason)
        #expect(error?.field == .message)
        #expect(
            error?.offset == document(message: "\"").count
                - #", "timestamp": 1732800000}"#.utf8.count + 1)
    }
}

extension String {
    fileprivate var leftPadded: String {
        String(repeating: "0", count: 4 - count) + self
    }
}
