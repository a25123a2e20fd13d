import Testing

@testable import PulseWatch

@Suite("Terminal")
struct TerminalTests {
    @Test(
        "knows from the locale what can be shown",
        arguments: [
            (["LANG": "de_DE.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false),
            ([:], false), (["LANG": "C", "LC_ALL": "en_US.UTF-8"], true),
            (["LANG": "C.UTF-8", "LC_CTYPE": "POSIX"], false),
            (["LANG": "C.UTF-8", "LC_ALL": ""], true),
        ] as [([String: String], Bool)])
    func unicode(_ environment: [String: String], _ isUnicode: Bool) {
        #expect(Terminal.isUnicode { environment[$0] } == isUnicode)
    }

    @Test("is none where output goes to a file, or the kind is dumb")
    func none() {
        // Output of tests is read by a program, or else the kind decides.
        #expect(Terminal { $0 == "TERM" ? "dumb" : nil } == nil)
        #expect(Terminal { _ in nil } == nil)
    }
}
