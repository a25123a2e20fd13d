import Testing

@testable import PulseRun

@Suite("ErrorReason")
struct ErrorReasonTests {
    @Test(
        "finds the last thing said",
        arguments: [
            ("one\ntwo\n", "two"), ("one\ntwo", "two"), ("one\r\ntwo\r\n", "two"),
            ("  indented \t\n\n\n", "indented"), ("\u{1B}[31mred\u{1B}[0m\n", "red"),
            ("\u{1B}]0;title\u{07}text\n", "text"), ("\u{1B}]8;;x\u{1B}\\link\n", "link"),
            ("a\tb\u{08}\n", "a b"), ("Ошибка: память\n", "Ошибка: память"),
            // A launcher's rules of dashes.
            ("loading\n=====\n-----\n", "loading"),
        ])
    func found(output: String, line: String) {
        #expect(ErrorReason.find(in: Array(output.utf8)) == line)
    }

    @Test(
        "passes over progress bars",
        arguments: [
            "ValueError: bad\n  0%|          | 0/10 [00:00<?, ?it/s]",
            "ValueError: bad\n\r 30%|███       | 3/10 [00:03<00:07,  1.01s/it]\n",
            "ValueError: bad\n3it [00:01,  2.98it/s]\n",
            "ValueError: bad\nmodel: 12%|█▏ | 1.0M/8.5M [00:01<00:02, 3.1MB/s]\r",
        ])
    func bars(output: String) {
        #expect(ErrorReason.find(in: Array(output.utf8)) == "ValueError: bad")
    }

    @Test("finds nothing where nothing was said", arguments: ["", "\n\n", "  \r\n", "----\n"])
    func silence(output: String) {
        #expect(ErrorReason.find(in: Array(output.utf8)) == nil)
    }

    @Test("cuts a line that is too long for a message")
    func long() throws {
        let output = String(repeating: "é", count: 5_000)
        let line = try #require(ErrorReason.find(in: Array(output.utf8)))
        #expect(line.count == 300)
        #expect(line.hasSuffix("é…"))
    }

    @Test("survives bytes that are no text")
    func binary() {
        #expect(ErrorReason.find(in: [0xFF, 0x41, 0x1B]) == "\u{FFFD}A")
        #expect(ErrorReason.find(in: [0x1B, 0x5B]) == nil)
    }

    @Test("keeps the ends of a text of thousands of lines")
    func longText() {
        let text = String(repeating: "  more words\n", count: 20_000)
        let output = "Traceback (most recent call last):\nValueError: bad:\n" + text + "  the end\n"
        #expect(ErrorReason.find(in: Array(output.utf8)) == "ValueError: bad: … the end")
    }

    @Test("joins no more of lines that end with a colon than can be shown")
    func colons() throws {
        let output = String(repeating: "error: bad:\n", count: 20_000)
        #expect(try #require(ErrorReason.find(in: Array(output.utf8))).count <= 320)
    }

    @Test("begins with a whole line where more was written than is searched")
    func cut() {
        let line = "xx " + String(repeating: "y", count: 997) + "\n"
        let output = "ValueError: far too early\n" + String(repeating: line, count: 300)
        #expect(ErrorReason.find(in: Array(output.utf8))?.hasPrefix("xx yyy") == true)
    }
}
