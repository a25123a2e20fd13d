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
    private let countsFromZero: Bool
    /// Rows read, those of an earlier run included.
    private var rows = 0
    /// Rows of the file as it was, which come again.
    private var known = 0
    /// Whether the first epoch was 0: a table of epochs names those that are over.
    private var firstEpoch: Double?

    /// Columns at most: a file with more is none of a trainer.
    private static let columnLimit = 512
    /// What alone makes no table of a training.
    private static let details: [MetricName] = [.other, .evaluation, .gradient, .learningRate]

    /// - Parameter countsFromZero: the steps beside whole epochs name the last one, as Lightning's do.
    init(countsFromZero: Bool = false) {
        self.countsFromZero = countsFromZero
    }

    /// What follows is the file from its beginning, written anew.
    mutating func restart() {
        let old = (rows: rows, titles: titles)
        self = TableLog(countsFromZero: countsFromZero)
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
        guard names.contains(where: { !Self.details.contains($0) }) else {
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
        for (index, (name, text)) in zip(header, fields).enumerated() {
            guard let value = Self.number(text) else { continue }
            switch name {
            case .learningRate: report.details.take(rate: value)
            case .loss where index == lossColumn: break
            case .loss, .other, .evaluation, .gradient:
                report.details.take(metric: Self.trimmed(titles[index]), value)
            case .epoch, .epochIndex, .step: break
            }
            guard value.isFinite, value >= 0 else { continue }
            switch name {
            case .step:
                report.step = value
                report.isStepIndex = countsFromZero && header.contains(.epochIndex)
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

    private static func trimmed(_ title: String) -> String {
        let rest = title.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
        return String(rest.reversed())
    }
}
