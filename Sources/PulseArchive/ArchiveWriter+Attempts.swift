internal import PulseMonitor
internal import SQLite

/// Runs that go on: with another attempt, or as that of the run before them.
extension ArchiveWriter {
    func resume(_ row: Int64, _ attempt: Int, _ epoch: Double) throws(SQLiteError) {
        try database.run(
            "UPDATE point SET cut = ? WHERE run = ? AND cut IS NULL AND epoch >= ?",
            .integer(attempt), .integer(row), .real(epoch))
        try database.run(
            "UPDATE run SET attempt = ?, ending = NULL, ended = NULL WHERE id = ?",
            .integer(attempt), .integer(row))
        try database.run(
            "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?)", .integer(row), .integer(attempt),
            .real(epoch))
    }

    /// Makes a run the next attempt of the one before it, and leaves its id as another name.
    func join(
        _ id: RunID, to earlier: RunID, _ attempt: Int, _ epoch: Double, _ source: Int64
    ) throws(SQLiteError) {
        guard let row = try rowID(of: id, source) else { return }
        guard let target = try rowID(of: earlier, source) else {
            return try rename(row, from: id, to: earlier, attempt, epoch, source)
        }
        try resume(target, attempt, epoch)
        let next =
            try database.first(
                "SELECT coalesce(max(n) + 1, 0) FROM point WHERE run = ?", .integer(target)
            ) { $0.integer(0) } ?? 0
        try database.run(
            """
            INSERT INTO point SELECT ?1, ?2 + n, ?3, NULL, timestamp, epoch, loss, details
            FROM point
            WHERE run = ?4 AND cut IS NULL AND epoch >= ?5
            """, .integer(target), .integer(next), .integer(attempt), .integer(row), .real(epoch))
        try database.run("DELETE FROM point WHERE run = ?", .integer(row))
        try database.run(
            "UPDATE transition SET run = ? WHERE run = ?", .integer(target), .integer(row))
        try database.run("DELETE FROM run WHERE id = ?", .integer(row))
        try database.run(
            "INSERT OR REPLACE INTO alias VALUES (?, ?, ?, ?)", .integer(source),
            .integer(id.started), .integer(id.ordinal), .integer(target))
        try goOn(target, of: source)
    }

    /// The same where the run before it has been deleted meanwhile: this is all that is left of it.
    private func rename(
        _ row: Int64, from id: RunID, to earlier: RunID, _ attempt: Int, _ epoch: Double,
        _ source: Int64
    ) throws(SQLiteError) {
        try database.run(
            "UPDATE run SET started = ?, ordinal = ?, attempt = ? WHERE id = ?",
            .integer(earlier.started), .integer(earlier.ordinal), .integer(attempt),
            .integer(row))
        try database.run(
            "DELETE FROM point WHERE run = ? AND epoch < ?", .integer(row), .real(epoch))
        try database.run(
            "UPDATE point SET attempt = ? WHERE run = ?", .integer(attempt), .integer(row))
        try database.run(
            "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?)", .integer(row), .integer(attempt),
            .real(epoch))
        try database.run(
            "INSERT OR REPLACE INTO alias VALUES (?, ?, ?, ?)", .integer(source),
            .integer(id.started), .integer(id.ordinal), .integer(row))
        try goOn(row, of: source)
    }
}
