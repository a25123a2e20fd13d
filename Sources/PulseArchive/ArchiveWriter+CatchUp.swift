internal import Pulse
internal import PulseMonitor
internal import SQLite

/// What is written where it isn't known what happened: batches were forgotten, or another server wrote
/// until now.
extension ArchiveWriter {
    /// Makes the tables say what a monitor knows.
    func catchUp(with monitor: RunMonitor, _ batch: ArchiveBatch, of source: Int64)
        throws(SQLiteError)
    {
        let view = monitor.view
        guard let id = view.run, let document = view.document else { return }
        let left = current[source]?.row
        try begin(id, attempt: view.attempt ?? 1, document, batch, of: source)
        if let left, left != current[source]?.row { try leave(left, for: id, monitor, source) }
        guard let run = current[source] else { return }
        if let attempt = view.attempt, attempt > run.attempt {
            try resume(run.row, attempt, monitor.history.resumes.last ?? 0)
            try goOn(run.row, of: source)
        }
        try updateRun.run([
            .blob(PulseEncoder.encode(document)), .integer(batch.wallClock), .integer(run.row),
        ])
        try addPoints(of: monitor.history, to: source)
        let isOver = try database.first(
            "SELECT ending IS NOT NULL FROM run WHERE id = ?", .integer(run.row)
        ) { $0.integer(0) != 0 }
        if view.liveness == .finished, isOver == false {
            try end(run.row, document.status == .error ? .error : .done, at: batch.wallClock)
        } else if view.liveness != .finished, isOver == true {
            try database.run(
                "UPDATE run SET ending = NULL, ended = NULL WHERE id = ?", .integer(run.row))
        }
    }

    /// Leaves the run that was the newest: it was replaced, or turned out to be a resume of `id`.
    private func leave(_ row: Int64, for id: RunID, _ monitor: RunMonitor, _ source: Int64)
        throws(SQLiteError)
    {
        let found = try database.first(
            "SELECT name, started, ordinal, ending IS NULL, updated FROM run WHERE id = ?",
            .integer(row)
        ) {
            (
                id: RunID(
                    source: $0.text(0), started: $0.integer(1), ordinal: Int($0.integer(2))),
                isOn: $0.integer(3) != 0, updated: $0.integer(4)
            )
        }
        guard let found else { return }
        if found.id.started > id.started {
            try join(
                found.id, to: id, monitor.view.attempt ?? 1, monitor.history.resumes.last ?? 0,
                source)
        } else if found.isOn {
            try end(row, .replaced, at: found.updated)
        }
    }

    /// Adds the points that came behind the newest that is kept.
    private func addPoints(of history: RunHistory, to source: Int64) throws(SQLiteError) {
        guard let run = current[source] else { return }
        let newest = try database.first(
            """
            SELECT epoch, timestamp FROM point WHERE run = ? AND cut IS NULL
            ORDER BY n DESC LIMIT 1
            """, .integer(run.row)
        ) { (epoch: $0.real(0), timestamp: $0.integer(1)) }
        var n = run.nextPoint
        for (index, point) in history.points.enumerated() {
            if let newest, (point.epoch, point.timestamp) <= newest { continue }
            try insertPoint.run([
                .integer(run.row), .integer(n), .integer(run.attempt), .integer(point.timestamp),
                .real(point.epoch), .real(point.loss),
                history.columns.details(at: index)?.pointBytes.map { .blob($0) } ?? .null,
            ])
            n += 1
        }
        try goOn(run.row, of: source)
    }
}
