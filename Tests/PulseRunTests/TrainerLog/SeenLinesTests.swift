import Testing

@testable import PulseRun

@Suite("SeenLines")
struct SeenLinesTests {
    /// The lines of some ends of one output, seen when so many of its bytes were there.
    private func lines(_ output: String, at ends: [Int], window: Int = 100) -> [[String]] {
        var seen = SeenLines()
        let bytes = Array(output.utf8)
        return ends.map { end in
            let tail = OutputTail(end: Int64(end), bytes: bytes.prefix(end).suffix(window))
            return seen.lines(of: tail).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test("gives each line once, however often its bytes are seen")
    func once() {
        #expect(
            lines("one\ntwo\rthree\n", at: [4, 8, 8, 14]) == [["one"], ["two"], [], ["three"]])
    }

    @Test("gives a line anew while it grows")
    func growing() {
        #expect(lines("one two\n", at: [3, 7, 8]) == [["one"], ["one two"], ["one two"]])
    }

    @Test("leaves out the half of a line that follows on what wasn't seen")
    func gap() {
        #expect(lines("one\ntwo three\nfour", at: [4, 18], window: 8) == [["one"], ["four"]])
    }

    @Test("begins anew with a file that has become shorter")
    func shorter() {
        #expect(lines("one\n", at: [4, 0, 4]) == [["one"], [], ["one"]])
    }

    @Test("keeps no more of a line than is looked at")
    func bounded() {
        let long = String(repeating: "x", count: 20_000)
        let found = lines(
            long, at: Array(stride(from: 1_000, through: 20_000, by: 1_000)), window: 4_096)
        #expect(found.last?.first?.utf8.count ?? 0 <= 2 * OutputLog.window)
    }
}
