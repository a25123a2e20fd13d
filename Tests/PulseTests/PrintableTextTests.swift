import Testing

@testable import Pulse

@Suite("PrintableText")
struct PrintableTextTests {
    @Test(
        "leaves what is read as it is",
        arguments: [
            "", "Epoch 3", "Größe", "漢字", "👨‍👩‍👧", "नमस्ते", "می‌خواهم", "שלום", "\u{E0A0}", "\\u001b",
        ])
    func readable(_ text: String) {
        #expect(PrintableText.escaping(text) == text)
    }

    @Test(
        "makes what acts visible",
        arguments: [
            ("\u{1B}[2J", "\\u001b[2J"), ("\0", "\\u0000"), ("\u{8}", "\\u0008"),
            ("\u{7F}", "\\u007f"), ("\u{9B}31m", "\\u009b31m"), ("\u{202E}x", "\\u202ex"),
            ("\u{2066}", "\\u2066"), ("\u{200E}", "\\u200e"), ("\u{FEFF}", "\\ufeff"),
            ("\u{AD}", "\\u00ad"), ("\u{E0041}", "\\udb40\\udc41"), ("\u{2065}", "\\u2065"),
        ])
    func acting(_ text: String, _ shown: String) {
        #expect(PrintableText.escaping(text) == shown)
    }

    @Test(
        "makes one line of many",
        arguments: [
            "a\nb", "a\rb", "a\tb", "a\u{B}b", "a\u{C}b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b",
        ])
    func breaks(_ text: String) {
        #expect(PrintableText.escaping(text) == "a b")
    }

    @Test("lets no character be buried in marks")
    func marks() {
        let text = "a" + String(repeating: "\u{301}", count: 10_000) + "b\u{301}"
        #expect(
            PrintableText.escaping(text).unicodeScalars.count == 1 + 8 + 2)
    }

    @Test("leaves no control character of Unicode's whole range")
    func all() {
        for value in 0...0x10FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in PrintableText.escaping(String(scalar)).unicodeScalars {
                let category = shown.properties.generalCategory
                let isJoiner = shown == "\u{200C}" || shown == "\u{200D}"
                if category == .control || category == .lineSeparator
                    || category == .paragraphSeparator || (category == .format && !isJoiner)
                {
                    Issue.record("\(value) is shown as it is")
                }
            }
        }
    }
}
