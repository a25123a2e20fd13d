internal import Pulse

/// The view that is drawn again and again in the same place: text × size → lines, pure.
struct WatchScreen {
    let columns: Int
    let rows: Int
    /// Whether block characters and foreign scripts can be shown.
    let isUnicode: Bool

    /// Columns of the first word: the longest is `unreachable`.
    private static let wordWidth = 11
    private static let percentWidth = 6
    private static let lossWidth = 16
    private static let barWidths = 8...50
    private static let sparkWidth = 40
    /// Lines that a long reason or message takes at most.
    private static let lineLimit = 3
    /// Written by no part of a text: control characters are escaped.
    private static let noBreak: Character = "\u{1F}"

    private var ellipsis: String { isUnicode ? "…" : "..." }
    private var separator: String { isUnicode ? " · " : " | " }

    func lines(_ text: WatchText) -> [StyledText] {
        let lines =
            [headline(text)] + truth(text) + lastKnown(text) + loss(text)
            + details(text) + message(text)
        return lines.prefix(max(rows, 1)).map { $0.fitted(to: columns, ellipsis: ellipsis) }
    }

    /// `running       43.3 %  ██████░░░░░░  epoch 1.3 of 3`.
    private func headline(_ text: WatchText) -> StyledText {
        var line = StyledText()
        line.append(padded(text.verdict.word, Self.wordWidth), text.verdict.color)
        guard let status = text.status else { return line }
        let numbers: StyledText.Style = text.verdict.isCurrent ? .bold : .dim
        if let percent = text.percent {
            let gap = String(repeating: " ", count: max(0, Self.percentWidth - percent.count))
            line.append("  \(gap)\(percent)", numbers)
            let taken = line.width + 4 + (text.epoch.map { DisplayWidth.of($0) } ?? 0)
            let width = min(columns - taken, Self.barWidths.upperBound)
            if width >= Self.barWidths.lowerBound {
                let bar = ProgressBar.text(
                    share: status.progress / 100, width: width, isUnicode: isUnicode)
                line.append("  ")
                line.append(bar.full, text.verdict.isCurrent ? text.verdict.color : .dim)
                line.append(bar.empty, .dim)
            }
        }
        if let epoch = text.epoch { line.append("  \(epoch)", numbers) }
        return line
    }

    /// `live · ETA 12 min · updated 3 s ago`.
    private func truth(_ text: WatchText) -> [StyledText] {
        let short = [text.duration, text.eta, text.age].compactMap(\.self)
        return wrapped([text.reason] + short.map(together))
    }

    /// `step 310 of 372 · lr 1.2e-5 · GPU memory 20 GiB`.
    private func details(_ text: WatchText) -> [StyledText] {
        wrapped(text.details.map(together))
    }

    /// What is short stays together: it is broken at no space of its own.
    private func together(_ part: String) -> String {
        String(part.map { $0 == " " ? Self.noBreak : $0 })
    }

    private func wrapped(_ parts: [String]) -> [StyledText] {
        wrapped(parts.joined(separator: separator)).map { line in
            StyledText(String(line.map { $0 == Self.noBreak ? " " : $0 }))
        }
    }

    private func lastKnown(_ text: WatchText) -> [StyledText] {
        wrapped(text.lastKnown ?? "").map { StyledText($0, .dim) }
    }

    /// `loss 0.4213     ▇▅▄▃▂▂▁`.
    private func loss(_ text: WatchText) -> [StyledText] {
        guard let loss = text.loss else { return [] }
        let word = isUnicode ? loss : String(loss.map { $0 == "–" ? "-" : $0 })
        var line = StyledText(padded(word, Self.lossWidth))
        let width = min(columns - line.width, Self.sparkWidth)
        if width > 1, text.state.losses.count > 1 {
            line.append(
                SparkLine.text(text.state.losses, width: width, isUnicode: isUnicode), .dim)
        }
        return [line]
    }

    /// On lines of its own: whatever stands in it, no number is moved by it.
    private func message(_ text: WatchText) -> [StyledText] {
        wrapped(text.message).map { StyledText($0) }
    }

    /// The text in lines, broken at spaces where that is possible; what is too long for the last
    /// one is cut later.
    private func wrapped(_ text: String) -> [String] {
        var rest = Substring(isUnicode ? text : Self.ascii(text))
        var lines: [String] = []
        while !rest.isEmpty {
            let line = DisplayWidth.prefix(of: rest, columns: columns)
            guard line.endIndex < rest.endIndex, lines.count < Self.lineLimit - 1 else {
                return lines + [String(rest)]
            }
            let end = rest[line.endIndex] == " " ? line.endIndex : line.lastIndex(of: " ")
            let broken = end.map { rest[..<$0] }.flatMap { $0.isEmpty ? nil : $0 } ?? line
            // Not even one character fits.
            guard !broken.isEmpty else { return lines + [String(rest)] }
            lines.append(String(broken))
            rest = rest[broken.endIndex...].drop { $0 == " " }
        }
        return lines
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// For terminals that show nothing else.
    static func ascii(_ text: String) -> String {
        text.unicodeScalars.map { $0.isASCII ? String($0) : PrintableText.escape($0) }.joined()
    }
}
