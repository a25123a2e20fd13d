internal import Pulse

/// Many runs on a terminal: overview and rows × size → lines, pure.
struct RunsTable {
    let size: ScreenSize

    private struct Column {
        let title: String
        var cells: [(text: String, style: StyledText.Style)] = []
        var isRight = true
        /// The first are left out first, where there is no room.
        let rank: Int
        /// Whether it is left out where it says nothing of any run.
        var isOptional = false

        var isShown: Bool { !isOptional || cells.contains { !$0.text.isEmpty } }

        var width: Int {
            cells.reduce(DisplayWidth.of(title)) { max($0, DisplayWidth.of($1.text)) }
        }
    }

    private static let gap = 2
    private static let barWidth = 12
    /// Columns of a name at least, and at most where others want the room.
    private static let nameWidths = 8...40

    private var ellipsis: String { size.isUnicode ? "…" : "..." }

    /// - Parameter rows: in their order.
    func lines(_ overview: RunsOverview, _ rows: [RunRow]) -> [StyledText] {
        let head = self.head(overview)
        let room = max(0, size.rows - head.count - 1)
        let shown = rows.prefix(rows.count > room ? max(0, room - 1) : room)
        var lines = head
        if !shown.isEmpty { lines += table(overview, Array(shown)) }
        if shown.count < rows.count {
            lines.append(StyledText("\(ellipsis) \(rows.count - shown.count) more", .dim))
        }
        return lines.prefix(max(size.rows, 1)).map {
            $0.fitted(to: size.columns, ellipsis: ellipsis)
        }
    }

    private func head(_ overview: RunsOverview) -> [StyledText] {
        guard let problem = overview.problem else { return [StyledText(overview.summary, .bold)] }
        var line = StyledText(problem.word, .red)
        line.append("  " + printable(problem.reason))
        return [line, StyledText("last known: \(overview.summary)", .dim)]
    }

    private func table(_ overview: RunsOverview, _ rows: [RunRow]) -> [StyledText] {
        var columns = self.columns(overview, rows)
        let names = min(
            max(columns[0].width, Self.nameWidths.lowerBound), Self.nameWidths.upperBound)
        func width() -> Int {
            min(columns[0].width, names)
                + columns.dropFirst().reduce(0) { $0 + $1.width + Self.gap }
        }
        while width() > size.columns, columns.count > 2,
            let least = columns.dropFirst().indices.min(by: { columns[$0].rank < columns[$1].rank })
        {
            columns.remove(at: least)
        }
        let others = columns.dropFirst().reduce(0) { $0 + $1.width + Self.gap }
        let nameWidth = min(
            columns[0].width, max(Self.nameWidths.lowerBound, size.columns - others))
        let widths = [nameWidth] + columns.dropFirst().map(\.width)
        let titles = columns.map { ($0.title, StyledText.Style.dim) }
        return ([titles] + rows.indices.map { row in columns.map { $0.cells[row] } }).map { cells in
            line(cells, widths, columns.map(\.isRight))
        }
    }

    private func line(
        _ cells: [(text: String, style: StyledText.Style)], _ widths: [Int], _ areRight: [Bool]
    ) -> StyledText {
        var line = StyledText()
        for (index, cell) in cells.enumerated() {
            let text = StyledText(cell.text, cell.style)
                .fitted(to: widths[index], ellipsis: ellipsis)
            let padding = String(repeating: " ", count: max(0, widths[index] - text.width))
            if index > 0 { line.append(String(repeating: " ", count: Self.gap)) }
            if areRight[index] { line.append(padding) }
            for piece in text.pieces { line.append(piece.text, piece.style) }
            if !areRight[index], index < cells.count - 1 { line.append(padding) }
        }
        return line
    }

    private func columns(_ overview: RunsOverview, _ rows: [RunRow]) -> [Column] {
        var name = Column(title: "RUN", isRight: false, rank: 11)
        var state = Column(title: "STATE", isRight: false, rank: 10)
        var percent = Column(title: "DONE", rank: 9)
        var bar = Column(title: "", isRight: false, rank: 4)
        var epoch = Column(title: "EPOCH", rank: 7)
        var step = Column(title: "STEP", rank: 3, isOptional: true)
        var loss = Column(title: "LOSS", rank: 8)
        var rate = Column(title: "LR", rank: 2, isOptional: true)
        var memory = Column(title: "GPU MEMORY", rank: 1, isOptional: true)
        var eta = Column(title: "ETA", rank: 6)
        var age = Column(title: "UPDATED", rank: 5)
        for row in rows {
            let verdict = row.verdict
            let numbers: StyledText.Style =
                overview.isCurrent && verdict.isCurrent ? .plain : .dim
            let text = row.text(at: overview.link.now, isWaitingForEnd: false)
            name.cells.append((printable(row.source), overview.isCurrent ? .bold : .dim))
            state.cells.append((verdict.word, overview.isCurrent ? verdict.color : .dim))
            percent.cells.append((text.percent ?? "", numbers))
            bar.cells.append((self.bar(row, text), numbers))
            epoch.cells.append((row.epoch ?? "", numbers))
            step.cells.append((row.step ?? "", numbers))
            loss.cells.append((row.loss(isUnicode: size.isUnicode) ?? "", numbers))
            rate.cells.append((row.rate ?? "", numbers))
            memory.cells.append((row.memory ?? "", numbers))
            let seconds = Double(overview.age(of: row))
            eta.cells.append((row.eta(after: seconds) ?? "", numbers))
            age.cells.append((NumberText.duration(seconds: seconds), numbers))
        }
        return [name, state, percent, bar, epoch, step, loss, rate, memory, eta, age]
            .filter(\.isShown)
    }

    private func bar(_ row: RunRow, _ text: WatchText) -> String {
        guard text.percent != nil else { return "" }
        let bar = ProgressBar.text(
            share: row.reading.status.progress / 100, width: Self.barWidth,
            isUnicode: size.isUnicode)
        return bar.full + bar.empty
    }

    private func printable(_ text: String) -> String {
        size.isUnicode ? text : WatchScreen.ascii(text)
    }
}

extension RunRow {
    /// `1.3/3`; nil before a job has started.
    fileprivate var epoch: String? {
        let status = reading.status
        guard status.status != .idle || status.epoch > 0 else { return nil }
        let epoch = NumberText.epoch(status.epoch)
        return status.totalEpochs > 0
            ? "\(epoch)/\(NumberText.epoch(status.totalEpochs))" : epoch
    }

    /// `310/372`; nil, as the two below, where PULSE v2 doesn't tell it.
    fileprivate var step: String? {
        let details = reading.document.details
        return details?.stepsDone.map { done in
            details?.totalSteps.map { "\(done)/\($0)" } ?? "\(done)"
        }
    }

    /// `1.2e-5`: the learning rate.
    fileprivate var rate: String? {
        reading.document.details?.learningRate.map(NumberText.number)
    }

    /// `20 GiB`: of the GPU.
    fileprivate var memory: String? {
        reading.document.details?.gpuMemoryUsage.map { NumberText.memory(bytes: $0) }
    }

    /// `0.4213`; a dash when none was measured yet, nil before a job has started.
    fileprivate func loss(isUnicode: Bool) -> String? {
        guard reading.status.status != .idle else { return nil }
        guard hasLoss else { return isUnicode ? "–" : "-" }
        return NumberText.number(reading.status.loss)
    }

    /// `12 min`; nil when it isn't known, has run out, or means nothing.
    fileprivate func eta(after age: Double) -> String? {
        verdict == .running ? TimeLeft.text(reading.etaSeconds, after: age) : nil
    }
}
