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
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == line)
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
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == "ValueError: bad")
    }

    @Test(
        "passes over what helps, and the frames around a message",
        arguments: [
            (
                "FATAL Flags parsing error:\n  flag --lr=x: no float\nPass --helpshort or --helpfull to see help on flags.\n",
                "FATAL Flags parsing error: flag --lr=x: no float"
            ),
            (
                "Usage: train.py [OPTIONS]\nTry 'train.py --help' for help.\n╭─ Error ──╮\n│ Invalid value for '--lr'.  │\n╰──────────╯\n",
                "Invalid value for '--lr'."
            ),
            (
                "docker: Error response from daemon: no such image.\nSee 'docker run --help'.\n",
                "docker: Error response from daemon: no such image."
            ),
            (
                "  × No solution found when resolving dependencies:\n  ╰─▶ Because x was not found, all fail.\n",
                "× No solution found when resolving dependencies: ╰─▶ Because x was not found, all fail."
            ),
            (
                "Traceback (most recent call last):\n  File \"t.py\", line 1\nFileNotFoundError: \nDataset 'a.yaml' error\nDataset 'a.yaml' images not found\n",
                "FileNotFoundError: Dataset 'a.yaml' error Dataset 'a.yaml' images not found"
            ),
            (
                "/tmp/t.js:1\nthrow \"no data\"\n^\nno data\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n\nNode.js v18.19.0\n",
                "no data"
            ),
            (
                "error[E0308]: mismatched types\nerror: aborting due to 1 previous error\n\nFor more information about this error, try `rustc --explain E0308`.\n",
                "error[E0308]: mismatched types"
            ),
            (
                "docker: Cannot connect to the Docker daemon.\n\nRun 'docker run --help' for more information\n",
                "docker: Cannot connect to the Docker daemon."
            ),
        ])
    func help(output: String, reason: String) {
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == reason)
    }

    @Test(
        "takes the end of an exception's text, and nothing that ends it",
        arguments: [
            ("UserWarning: old", "UserWarning: old"),
            (
                "yaml.scanner.ScannerError: mapping values are not allowed here\n  in \"a.yaml\", line 1, column 4\n     ^",
                "yaml.scanner.ScannerError: mapping values are not allowed here in \"a.yaml\", line 1, column 4"
            ),
            (
                "ValueError: the strategies must match, but found\n- Evaluation: steps\n- Save: epoch",
                "ValueError: the strategies must match, but found … - Save: epoch"
            ),
            ("ValueError: bad\nthe job ended at 12:00", "ValueError: bad"),
        ])
    func exceptionText(text: String, reason: String) {
        let output = "Traceback (most recent call last):\n  File \"t.py\", line 1\n" + text + "\n"
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == reason)
    }

    @Test("passes over what `pulse run` says itself")
    func own() {
        let output =
            "loading\npulse: listening to: s.json\npulse: reading the progress from s.csv\n"
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == "loading")
    }

    @Test("finds nothing where nothing was said", arguments: ["", "\n\n", "  \r\n", "----\n"])
    func silence(output: String) {
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == nil)
    }

    @Test("cuts a line that is too long for a message")
    func long() throws {
        let output = String(repeating: "é", count: 5_000)
        let line = try #require(ErrorReason.find(in: Array(output.utf8))?.text)
        #expect(line.count == 300)
        #expect(line.hasSuffix("é…"))
    }

    @Test("survives bytes that are no text")
    func binary() {
        #expect(ErrorReason.find(in: [0xFF, 0x41, 0x1B])?.text == "\u{FFFD}A")
        #expect(ErrorReason.find(in: [0x1B, 0x5B])?.text == nil)
    }

    @Test("keeps the ends of a text of thousands of lines")
    func longText() {
        let text = String(repeating: "  more words\n", count: 20_000)
        let output = "Traceback (most recent call last):\nValueError: bad:\n" + text + "  the end\n"
        #expect(ErrorReason.find(in: Array(output.utf8))?.text == "ValueError: bad: … the end")
    }

    @Test("joins no more of lines that end with a colon than can be shown")
    func colons() throws {
        let output = String(repeating: "error: bad:\n", count: 20_000)
        #expect(try #require(ErrorReason.find(in: Array(output.utf8))?.text).count <= 320)
    }

    @Test("begins with a whole line where more was written than is searched")
    func cut() {
        let line = "xx " + String(repeating: "y", count: 997) + "\n"
        let output = "ValueError: far too early\n" + String(repeating: line, count: 300)
        #expect(ErrorReason.find(in: Array(output.utf8))?.text.hasPrefix("xx yyy") == true)
    }
}
