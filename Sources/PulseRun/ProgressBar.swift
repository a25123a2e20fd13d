/// Knows the progress bars of trainers: what is drawn over and over is nobody's message.
enum ProgressBar {
    /// Whether a line is a bar, or the part of one that was drawn when the process died.
    static func isBar(_ line: [UInt8]) -> Bool {
        if hasBlocks(line) { return !hasTraceback(line) }
        return bars.match(line) && !hasTraceback(line)
    }

    /// tqdm's ` 30%|### | 3/10 [00:03<00:07,  1.01s/it]` and `3it [00:01, …]`, Keras'
    /// `3/10 [===>....] - ETA`, and the like in ASCII.
    private static let bars: [LineGlob] = [
        "*#%|*", "*[*it/s*]", "*[*s/it*]", "*[*B/s*]", "*#/#*[*=>*", "*#/# [==*", "*[##*]*#%*",
    ]

    /// Three in a row of the characters that bars are drawn with, in UTF-8: blocks (U+2580 to
    /// U+259F), heavy lines (U+2501, U+2578 to U+257B), squares and circles (U+25A0 to U+25CF).
    private static func hasBlocks(_ line: [UInt8]) -> Bool {
        var (run, place) = (0, 0)
        while let next = line[place...].firstIndex(of: 0xE2), next + 2 < line.count {
            run = next == place ? run : 0
            let isBlock =
                switch (line[next + 1], line[next + 2]) {
                case (0x94, 0x81), (0x95, 0xB8...0xBB), (0x96, _), (0x97, 0x80...0x8F): true
                default: false
                }
            run = isBlock ? run + 1 : 0
            if run == 3 { return true }
            place = next + 3
        }
        return false
    }

    /// What is written behind a bar that had no line end stands on its line.
    private static func hasTraceback(_ line: [UInt8]) -> Bool {
        Traceback.header.matches(line)
    }
}
