import TestSupport
import Testing

@testable import Pulse

@Suite("JSONWriter")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    // The right side is what Python's `repr` prints.
    @Test(
        "spells numbers as Python does",
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.5, "-1.5"), (2.5, "2.5"), (0.1, "0.1"),
            (1 / 3, "0.3333333333333333"), (0.1 + 0.2, "0.30000000000000004"), (100, "100.0"),
            (123_456_789, "123456789.0"), (1e15, "1000000000000000.0"),
            (0x1p53 - 1, "9007199254740991.0"), (0x1p53, "9007199254740992.0"),
            (0x1p53 + 2, "9007199254740994.0"), (-0x1p53 - 2, "-9007199254740994.0"),
            (9_999_999_999_999_998, "9999999999999998.0"), (1e16, "1e+16"),
            (-1e16, "-1e+16"), (12_345_678_901_234_568, "1.2345678901234568e+16"),
            (0x1p54, "1.8014398509481984e+16"), (0x1p54 + 4, "1.8014398509481988e+16"),
            (1e17, "1e+17"), (1.5e20, "1.5e+20"), (1e100, "1e+100"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (0.001, "0.001"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
            (0.00009999999999999999, "9.999999999999999e-05"), (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e-10, "1e-10"), (.leastNormalMagnitude, "2.2250738585072014e-308"),
            (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ spelling: String) {
        #expect(written { $0.double(value) } == spelling)
    }

    @Test(
        "spells integers",
        arguments: [
            (0, "0"), (-1, "-1"), (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func integers(_ value: Int64, _ spelling: String) {
        #expect(written { $0.integer(value) } == spelling)
    }

    @Test("writes numbers that read back as the same")
    func readsBack() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = written { $0.double(value) }
            #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)")
            #expect(text.contains(".") || text.contains("e"), "\(text)")
        }
    }

    @Test(
        "escapes what JSON must and what a terminal would obey",
        arguments: [
            ("", ""), ("plain text", "plain text"), ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"),
            ("\u{8}\t\n\u{C}\r", #"\b\t\n\f\r"#), ("\0", #"\u0000"#),
            ("\u{1B}[31m", #"\u001b[31m"#),
            ("\u{1F} ~\u{7F}", #"\u001f ~\u007f"#),
            ("\u{80}\u{9B}\u{9F}\u{A0}", "\\u0080\\u009b\\u009f\u{A0}"),
            (
                "\u{2027}\u{2028}\u{2029}\u{202A}\u{202E}\u{202F}",
                "\u{2027}\\u2028\\u2029\\u202a\\u202e\u{202F}"
            ),
            ("\u{2065}\u{2066}\u{2069}\u{206A}", "\u{2065}\\u2066\\u2069\u{206A}"),
            ("a\nb\nc", #"a\nb\nc"#), ("\n", #"\n"#), ("</script>", "</script>"),
            ("é€😀 e\u{301} \u{FFFF}\u{10FFFF}", "é€😀 e\u{301} \u{FFFF}\u{10FFFF}"),
        ])
    func strings(_ text: String, _ spelling: String) {
        #expect(written { $0.string(text) } == "\"\(spelling)\"")
    }

    @Test("escapes the same scalars as the specification says, and no others")
    func everyScalar() throws {
        let special = Set<UInt32>(
            [0x22, 0x5C] + Array(0..<0x20) + Array(0x7F...0x9F) + Array(0x2028...0x202E)
                + Array(0x2066...0x2069))
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var json = JSONWriter()
            json.string(String(scalar))
            let isEscaped = json.bytes[1] == UInt8(ascii: "\\")
            if isEscaped != special.contains(value) {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
    }

    @Test("writes literals and null as they are")
    func literals() {
        #expect(
            written {
                $0.literal("{\"é\": "); $0.null(); $0.literal("}")
            } == "{\"é\": null}")
    }
}
