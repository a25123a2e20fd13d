import Testing

@testable import PulseCommand

@Suite("ProcessText")
struct ProcessTextTests {
    @Test("takes every text as it is")
    func text() throws {
        let texts = ["serve", "", "\u{FFFD}", "漢/é", "--status-file=a b"]
        #expect(try ProcessText.text(texts.map { Array($0.utf8) }) == texts)
    }

    @Test(
        "refuses bytes that would become another path",
        arguments: [
            ([0x61, 0xFF], #"a\xff"#), ([0xC3], #"\xc3"#), ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#),
            ([0xC0, 0xAF, 0x09], #"\xc0\xaf\x09"#),
        ] as [([UInt8], String)])
    func others(_ bytes: [UInt8], _ shown: String) {
        let error = #expect(throws: ProcessText.NotUTF8.self) {
            try ProcessText.text([Array("serve".utf8), bytes])
        }
        #expect(error?.description.hasPrefix("the argument '\(shown)' is not UTF-8: ") == true)
        let variable = #expect(throws: ProcessText.NotUTF8.self) {
            try ProcessText.check(variables: ["PULSE_HOST", "PULSE_STATUS_FILE"]) {
                $0 == "PULSE_STATUS_FILE" ? bytes : nil
            }
        }
        #expect(variable?.description.contains("PULSE_STATUS_FILE='\(shown)' is not") == true)
    }
}
