/// What a table of comma-separated values tells of a training: pure.
///
/// Lightning's `metrics.csv`, Ultralytics' `results.csv`, the file of Keras' `CSVLogger`.
/// Columns are sparse: a row of an evaluation has no training loss. A trainer that logs something
/// new writes the file anew with one more column, and the rows that it had.
struct TableLog: Sendable {
    private var lines = LineBuffer()
    private var header: [MetricName] = []
    private var titles: [String] = []
    private var lossColumn: Int?
    /// Rows read, those of an earlier run included.
    private var rows = 0
    /// Rows of the file as it was, which come again.
    private var known = 0
    /// Whether the first epoch was 0: a table of epochs names those that are over.
    private var firstEpoch: Double?

    /// Columns at most: a file with more is none of a trainer.
    private static let columnLimit = 512

    /// What follows is the file from its beginning, written anew.
    mutating func restart() {
        let old = (rows: rows, titles: titles)
        self = TableLog()
        known = old.rows
        titles = old.titles
    }

    /// What stands behind the last line end, when its writer has ended.
    mutating func rest() -> ProgressReport? {
        report(of: lines.rest())
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) -> [ProgressReport] {
        lines.append(bytes).compactMap { report(of: $0) }
    }

    private mutating func report(of line: [UInt8]) -> ProgressReport? {
        guard let fields = CSVRow.fields(line), fields.count > 1, fields.count <= Self.columnLimit
        else { return nil }
        if header.isEmpty {
            begin(fields)
            return nil
        }
        rows += 1
        guard fields.count == header.count, rows > known else { return nil }
        return report(of: fields)
    }

    private mutating func begin(_ fields: [String]) {
        // A line of anything else that has a comma in it.
        let names = fields.map(MetricName.init)
        guard names.contains(where: { ![.other, .evaluation, .gradient].contains($0) }) else {
            return
        }
        // Of another table no row is known.
        if !titles.allSatisfy(fields.contains) || titles == fields { known = 0 }
        titles = fields
        header = names
        let ranks = header.enumerated().compactMap { index, name in
            if case .loss(let rank) = name { (rank, index) } else { nil }
        }
        lossColumn = ranks.min { $0 < $1 }?.1
    }

    private mutating func report(of fields: [String]) -> ProgressReport? {
        var report = ProgressReport()
        for (name, text) in zip(header, fields) {
            guard let value = Self.number(text), value.isFinite, value >= 0 else { continue }
            switch name {
            case .step: report.step = value
            case .epoch, .epochIndex:
                report.epoch = value
                report.isEpochWhole = value == value.rounded()
            default: break
            }
        }
        report.loss = lossColumn.flatMap { Self.number(fields[$0]) }
        if let epoch = report.epoch, !header.contains(.step) {
            // A row for each epoch that is over; some count from 0.
            firstEpoch = firstEpoch ?? epoch
            if firstEpoch == 0 { report.epoch = epoch + 1 }
            report.isEpochWhole = false
        }
        return report == ProgressReport() ? nil : report
    }

    private static func number(_ text: String) -> Double? {
        Double(String(text.filter { !$0.isWhitespace }))
    }
}
