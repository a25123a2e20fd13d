import Testing

@testable import PulseWatch

@Suite("FramePainter")
struct FramePainterTests {
    private let lines: [StyledText] = ["one", "two", "three"]

    @Test("draws the next frame over the last one")
    func over() {
        var painter = FramePainter()
        let first = painter.frame(lines, columns: 80, rows: 24, inColor: false)
        #expect(
            first
                == "\r\u{1B}[?7lone\u{1B}[K\r\ntwo\u{1B}[K\r\nthree\u{1B}[K\u{1B}[J\u{1B}[?7h")
        let second = painter.frame(["one"], columns: 80, rows: 24, inColor: false)
        #expect(second.hasPrefix("\r\u{1B}[2A\u{1B}[?7l"))
        #expect(
            painter.frame(lines, columns: 80, rows: 24, inColor: false).hasPrefix("\r\u{1B}[?7l"))
    }

    @Test("finds the first line again when the terminal has become narrower, and stays in it")
    func narrower() {
        var painter = FramePainter()
        let long = StyledText(String(repeating: "x", count: 80))
        _ = painter.frame([long, "two"], columns: 80, rows: 24, inColor: false)
        // 80 columns are four rows of 20 now, and the second line is the fifth.
        #expect(
            painter.frame(["a"], columns: 20, rows: 24, inColor: false).hasPrefix("\r\u{1B}[4A"))
        _ = painter.frame([long, "two"], columns: 80, rows: 24, inColor: false)
        #expect(painter.frame(["a"], columns: 20, rows: 3, inColor: false).hasPrefix("\r\u{1B}[2A"))
    }

    @Test("gives the terminal back, below the last frame")
    func end() {
        var painter = FramePainter()
        #expect(painter.end() == "\u{1B}[?7h\u{1B}[?25h")
        _ = painter.frame(lines, columns: 80, rows: 24, inColor: false)
        #expect(painter.end() == "\u{1B}[?7h\u{1B}[?25h\r\n")
        // What comes then begins anew.
        #expect(
            painter.frame(lines, columns: 80, rows: 24, inColor: false).hasPrefix("\r\u{1B}[?7l"))
    }
}
