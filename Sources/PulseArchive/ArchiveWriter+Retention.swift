internal import PulseMonitor
internal import SQLite

/// What of runs and curves stays.
extension ArchiveWriter {
    /// Whether something may have become too old, or too many: runs that ended, or an hour that passed.
    func isDue(_ batches: [ArchiveBatch], at now: Int64) -> Bool {
        guard let retainedAt, !batches.contains(where: \.changesRuns) else { return true }
        return now - retainedAt >= 3_600 || now < retainedAt
    }

    /// Leaves so many points of a run, its peaks among them.
    func thin(_ row: Int64, to limit: Int) throws(SQLiteError) {
        let points = try database.all(
            "SELECT n, loss FROM point WHERE run = ? ORDER BY n", .integer(row)
        ) { ($0.integer(0), $0.real(1)) }
        guard points.count > limit else { return }
        let kept = Set(
            CurveThinning.kept(of: points.map(\.1), at: points.map(\.0), limit: limit))
        let delete = try Statement(database, "DELETE FROM point WHERE run = ? AND n = ?")
        for (index, point) in points.enumerated() where !kept.contains(index) {
            try delete.run([.integer(row), .integer(point.0)])
        }
    }

    /// So many runs are removed at one time: in less than a second, also of long ones.
    private static let portion = 100

    /// Removes some of what isn't to be kept, where there may be any.
    ///
    /// - Returns: whether there is more. Others may write before that is removed.
    func retain() throws(SQLiteError) -> Bool {
        isRetaining = false
        guard let now = retainsAt else { return false }
        isRetaining = try database.transaction { () throws(SQLiteError) in try retain(at: now) }
        if !isRetaining { (retainedAt, retainsAt) = (now, nil) }
        return isRetaining
    }

    /// Removes what isn't to be kept of this server's runs, the oldest first: never one that is the
    /// current one of its source.
    ///
    /// - Parameter now: unix seconds, by the server's clock.
    /// - Returns: whether there is more.
    private func retain(at now: Int64) throws(SQLiteError) -> Bool {
        let over = try database.all(
            """
            SELECT r.id, s.id, s.address, r.id IS s.current, coalesce(r.ended, r.updated)
            FROM source s JOIN run r ON r.source = s.id WHERE s.address >= ? AND s.address < ?
            ORDER BY coalesce(r.ended, r.updated) DESC, r.started DESC, r.ordinal DESC
            """, .text(scope.bounds.from), .text(scope.bounds.to)
        ) {
            (
                row: $0.integer(0), source: $0.integer(1), address: $0.text(2),
                isNewest: $0.integer(3) != 0, ended: $0.integer(4)
            )
        }.filter { run in
            guard scope.includes(run.address), !locks.isTaken(run.source) else { return false }
            return !run.isNewest
                || (sources[run.address] == nil && !SourceScope.mayBeThere(run.address))
        }
        let seconds = retention.age.map { Int64($0 / .seconds(1)) }
        let left = over.enumerated().filter { index, run in
            index >= retention.runs || seconds.map { run.ended <= now - $0 } ?? false
        }
        for (_, run) in left.suffix(Self.portion) { try database.delete(run: run.row) }
        return left.count > Self.portion
    }
}
