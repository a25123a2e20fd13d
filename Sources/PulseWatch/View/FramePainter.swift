/// Draws frames over each other on a terminal: pure, gives the bytes to write.
struct FramePainter {
    /// Columns that each line of the last frame takes.
    private var drawn: [Int] = []

    /// Hides the cursor, which would blink behind the last line.
    static let begin = "\u{1B}[?25l"

    /// - Parameters:
    ///   - columns: of the terminal now; it may have been resized since the last frame.
    ///   - rows: of the terminal now.
    mutating func frame(_ lines: [StyledText], columns: Int, rows: Int, inColor: Bool) -> String {
        // Without automatic wrapping: a character that is wider than was thought is cut, and moves
        // nothing.
        var output = "\r" + up(columns: columns, rows: rows) + "\u{1B}[?7l"
        output += lines.map { $0.rendered(inColor: inColor) + "\u{1B}[K" }.joined(separator: "\r\n")
        output += "\u{1B}[J\u{1B}[?7h"
        drawn = lines.map(\.width)
        return output
    }

    /// Leaves the last frame where it is, and gives the terminal back.
    mutating func end() -> String {
        let isEmpty = drawn.isEmpty
        drawn = []
        return "\u{1B}[?7h\u{1B}[?25h" + (isEmpty ? "" : "\r\n")
    }

    /// To the first line of the last frame.
    ///
    /// A terminal that became narrower has broken its lines into several rows.
    private func up(columns: Int, rows: Int) -> String {
        let height = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
        let distance = min(height, rows) - 1
        return distance > 0 ? "\u{1B}[\(distance)A" : ""
    }
}
