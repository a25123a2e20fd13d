import Testing

@testable import PulseWatch

@Suite("DisplayWidth")
struct DisplayWidthTests {
    @Test(
        "counts the columns that a text takes",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("한국", 4), ("ｆ", 2),
            ("カタカナ", 8), ("🙂", 2), ("❤️", 2), ("🇩🇪", 4), ("שלום", 4), ("مرحبا", 5), ("█░", 2),
            ("…", 1),
            ("นำ", 2), ("\u{1100}\u{1161}\u{11A8}", 2),
        ])
    func widths(_ text: String, _ columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("is never narrower than the family of emoji that some terminals draw one by one")
    func family() {
        #expect(DisplayWidth.of("👨‍👩‍👧") >= 2)
    }

    @Test("cuts between characters, never within one")
    func prefix() {
        #expect(DisplayWidth.prefix(of: "漢字漢", columns: 5) == "漢字")
        #expect(DisplayWidth.prefix(of: "ae\u{301}o", columns: 2) == "ae\u{301}")
        #expect(DisplayWidth.prefix(of: "abc", columns: 0) == "")
        #expect(DisplayWidth.prefix(of: "abc", columns: 9) == "abc")
    }
}
