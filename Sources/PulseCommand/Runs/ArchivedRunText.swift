import Glibc
import Pulse
import PulseMonitor

/// Runs of an archive for a person.
enum ArchivedRunText {
    private static let head = ["RUN", "END", "EPOCH", "LOSS", "BEST", "UPDATED", "SOURCE"]

    /// A head, and one line a run.
    static func table(of runs: [ArchivedRun]) -> [String] {
        let rows = [head] + runs.map(cells)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (index, cell) in row.dropLast().enumerated() {
                line += cell + String(repeating: " ", count: widths[index] - cell.count + 2)
            }
            return line + (row.last ?? "")
        }
    }

    /// One line for each thing that is known.
    static func lines(of run: ArchivedRun) -> [String] {
        let status = run.status
        let facts = [
            ("run", run.id.description), ("source", PrintableText.escaping(run.address)),
            ("attempt", "\(run.attempt)"), ("started", time(run.id.started)),
            ("updated", time(run.updated)), ("ended", run.ended.map(time) ?? "-"),
            ("end", run.ending?.rawValue ?? "-"),
            ("epoch", "\(status.epoch) of \(status.totalEpochs)"), ("loss", "\(status.loss)"),
            ("best loss", run.bestLoss.map { "\($0)" } ?? "-"),
            ("message", PrintableText.escaping(status.message)),
        ]
        return facts.map { name, value in
            name + ":" + String(repeating: " ", count: 11 - name.count) + value
        }
    }

    private static func cells(_ run: ArchivedRun) -> [String] {
        [
            run.id.description, run.ending?.rawValue ?? "-",
            "\(run.status.epoch)/\(run.status.totalEpochs)", "\(run.status.loss)",
            run.bestLoss.map { "\($0)" } ?? "-", time(run.updated),
            PrintableText.escaping(run.address),
        ]
    }

    /// By the clock of the wall here, as `ls` shows it.
    private static func time(_ seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return "\(seconds)" }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}

extension ArchivedRun {
    /// One line of JSON: what the archive knows, and nothing that a server would judge.
    var document: String {
        var json = JSONWriter()
        json.literal("{\"id\": ")
        json.string(id.description)
        json.literal(", \"source\": ")
        json.string(address)
        json.literal(", \"attempt\": ")
        json.integer(Int64(attempt))
        json.literal(", \"started\": ")
        json.integer(id.started)
        json.literal(", \"updated\": ")
        json.integer(updated)
        json.literal(", \"ended\": ")
        if let ended { json.integer(ended) } else { json.null() }
        json.literal(", \"end\": ")
        if let ending { json.string(ending.rawValue) } else { json.null() }
        json.literal(", \"status\": ")
        json.string(status.status.rawValue)
        json.literal(", \"epoch\": ")
        json.double(status.epoch)
        json.literal(", \"total_epochs\": ")
        json.double(status.totalEpochs)
        json.literal(", \"loss\": ")
        json.double(status.loss)
        json.literal(", \"best_loss\": ")
        if let bestLoss { json.double(bestLoss) } else { json.null() }
        json.literal(", \"message\": ")
        json.string(status.message)
        json.literal(", \"timestamp\": ")
        json.integer(status.timestamp)
        json.literal("}")
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
