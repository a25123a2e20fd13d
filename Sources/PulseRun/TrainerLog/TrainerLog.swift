internal import Pulse

/// A trainer's log of any format, as it grows.
struct TrainerLog: Sendable {
    /// How a log is written, by how much it tells: pure.
    enum Format: Int, Sendable {
        /// Comma-separated values.
        case table
        /// Event files of TensorBoard.
        case events
        /// LLaMA-Factory's `trainer_log.jsonl`.
        case lines

        /// nil for a name that tells nothing.
        init?(path: String) {
            let name = SplitPath(path).name
            if name.contains(".tfevents.") || name.hasSuffix(".tfevents") {
                self = .events
            } else if name.hasSuffix(".jsonl") || name.hasSuffix(".json") {
                self = .lines
            } else if name.hasSuffix(".csv") {
                self = .table
            } else {
                return nil
            }
        }
    }

    private enum Parser: Sendable {
        /// Until the first byte tells.
        case unknown
        case lines(LineBuffer)
        case events(EventLog)
        case table(TableLog)
    }

    private var follower: LogFollower
    private var parser: Parser
    private let start: Double

    /// - Parameters:
    ///   - offset: where what is new begins; nil for the file's present end.
    ///   - start: unix seconds at which the run began.
    init(path: String, from offset: Int64? = nil, since start: Double) {
        follower = LogFollower(path: path, from: offset)
        self.start = start
        switch Format(path: path) {
        case .lines: parser = .lines(LineBuffer())
        case .events: parser = .events(EventLog(since: start))
        case .table: parser = .table(TableLog(countsFromZero: Self.isOfLightning(path)))
        case nil: parser = .unknown
        }
        switch parser {
        case .table, .unknown: if let header = follower.firstLine { _ = append(header) }
        case .lines, .events: break
        }
    }

    /// What is wrong with the file, for people; nil while nothing is.
    var problem: String? {
        if case .events(let log) = parser { log.problem } else { nil }
    }

    /// The reports that have come since the last call.
    mutating func newReports() -> [ProgressReport] {
        follower.newPieces().flatMap { piece in
            switch piece {
            case .bytes(let bytes): return append(bytes)
            case .beginning:
                restart()
                return []
            }
        }
    }

    /// What stands behind the last line end, when the writer has ended; closes the file.
    mutating func end() -> [ProgressReport] {
        var reports = newReports()
        switch parser {
        case .lines(var lines):
            reports += [LlamaFactoryLog.report(of: lines.rest())].compactMap(\.self)
        case .table(var table): reports += [table.rest()].compactMap(\.self)
        case .events, .unknown: break
        }
        follower.close()
        return reports
    }

    private mutating func append(_ bytes: [UInt8]) -> [ProgressReport] {
        switch parser {
        case .unknown:
            guard let first = bytes.first else { return [] }
            parser = first == UInt8(ascii: "{") ? .lines(LineBuffer()) : .table(TableLog())
            return append(bytes)
        case .lines(var lines):
            parser = .unknown
            let reports = lines.append(bytes[...]).compactMap(LlamaFactoryLog.report)
            parser = .lines(lines)
            return reports
        case .events(var log):
            parser = .unknown
            let reports = log.append(bytes[...])
            parser = .events(log)
            return reports
        case .table(var table):
            parser = .unknown
            let reports = table.append(bytes[...])
            parser = .table(table)
            return reports
        }
    }

    /// Whether it is the file of Lightning's `CSVLogger` (`csv_logs.py`, `NAME_METRICS_FILE`).
    private static func isOfLightning(_ path: String) -> Bool {
        SplitPath(path).name == "metrics.csv"
    }

    private mutating func restart() {
        switch parser {
        case .unknown: break
        case .lines: parser = .lines(LineBuffer())
        case .events: parser = .events(EventLog(since: start))
        case .table(var table):
            table.restart()
            parser = .table(table)
        }
    }
}
