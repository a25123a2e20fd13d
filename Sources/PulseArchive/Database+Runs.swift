internal import Pulse
internal import PulseMonitor
internal import SQLite

/// What the archive holds of runs.
extension Database {
    /// The runs of some sources, newest start first, and their other names.
    ///
    /// - Parameter scope: whose runs; nil for all.
    func runs(of scope: SourceScope?) throws(SQLiteError) -> ArchivedRuns {
        let (from, to) = scope?.bounds ?? ("", "\u{10FFFF}")
        // What has no ending is still being written, or was left: its best loss isn't known yet.
        let runs = try all(
            """
            SELECT r.name, r.started, r.ordinal, r.attempt, r.document, r.ending, r.ended,
                r.updated, r.id IS s.current, s.address, r.id,
                CASE WHEN r.ending IS NOT NULL THEN r.best ELSE (
                    SELECT min(loss) FROM point p WHERE p.run = r.id AND cut IS NULL) END,
                (SELECT loss FROM point p WHERE p.run = r.id AND cut IS NULL
                    ORDER BY n DESC LIMIT 1)
            FROM source s JOIN run r ON r.source = s.id
            WHERE s.address >= ? AND s.address < ? ORDER BY r.started DESC, r.name, r.ordinal
            """, .text(from), .text(to)
        ) { Self.run(of: $0) }.compactMap { $0 }
        let aliases = try all(
            """
            SELECT r.name, a.started, a.ordinal, r.started, r.ordinal
            FROM alias a JOIN run r ON r.id = a.run JOIN source s ON s.id = r.source
            WHERE s.address >= ? AND s.address < ?
            """, .text(from), .text(to)
        ) { row in
            (
                RunID(
                    source: row.text(0), started: row.integer(1), ordinal: Int(row.integer(2))),
                RunID(
                    source: row.text(0), started: row.integer(3), ordinal: Int(row.integer(4)))
            )
        }
        return ArchivedRuns(
            runs.filter { scope?.includes($0.address) ?? true },
            aliases: Dictionary(aliases) { first, _ in first })
    }

    /// The curve of a run, without what a resume has cut off.
    func curve(of run: Int64) throws(SQLiteError) -> RunHistory {
        let points = try all(
            """
            SELECT timestamp, epoch, loss, details FROM point WHERE run = ? AND cut IS NULL
            ORDER BY n
            """, .integer(run)
        ) {
            (
                point: RunHistory.Point(
                    timestamp: $0.integer(0), epoch: $0.real(1), loss: $0.real(2)),
                details: $0.isNull(3) ? nil : RunDetails.point($0.bytes(3))
            )
        }
        let resumes = try all(
            "SELECT epoch FROM attempt WHERE run = ? ORDER BY attempt", .integer(run)
        ) { $0.real(0) }
        return RunHistory(
            points.map(\.point), details: points.map(\.details), resumes: resumes)
    }

    private static func run(of row: borrowing Row) -> ArchivedRun? {
        guard let document = try? PulseDecoder.decodeDocument(row.bytes(4)) else { return nil }
        return ArchivedRun(
            id: RunID(source: row.text(0), started: row.integer(1), ordinal: Int(row.integer(2))),
            attempt: Int(row.integer(3)),
            // Where it tells of no loss, readers of version 1 see the run's last one.
            document: document.projecting(loss: row.isNull(12) ? 0 : row.real(12)),
            ending: row.isNull(5) ? nil : RunEnding(rawValue: row.text(5)),
            ended: row.isNull(6) ? nil : row.integer(6), updated: row.integer(7),
            bestLoss: row.isNull(11) ? nil : row.real(11), address: row.text(9),
            isNewest: row.integer(8) != 0, row: row.integer(10))
    }
}
