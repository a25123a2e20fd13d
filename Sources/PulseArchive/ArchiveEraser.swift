public import PulseMonitor
internal import SQLite

/// Deletes runs from an archive, also while servers write it.
public enum ArchiveEraser {
    /// Deletes all of some runs, or none of them.
    ///
    /// - Throws: ``ArchiveError``: ``ArchiveError/current(run:address:)`` where one is the current run
    ///   of its source.
    public static func delete(_ runs: [ArchivedRun], from path: String) throws(ArchiveError) {
        let database = try ArchiveFile.openExisting(path)
        let locks = try SourceLocks(beside: path)
        var refusal: ArchiveError?
        do throws(SQLiteError) {
            try database.transaction { () throws(SQLiteError) in
                for run in runs where try isCurrent(run, database, locks) {
                    refusal = .current(run: run.id.description, address: run.address)
                    return
                }
                for run in runs { try database.delete(run: run.row) }
            }
        } catch {
            throw .database(path: path, error)
        }
        if let refusal { throw refusal }
    }

    /// Whether a server follows it, or would go on with it at its next start.
    private static func isCurrent(
        _ run: ArchivedRun, _ database: Database, _ locks: SourceLocks
    ) throws(SQLiteError) -> Bool {
        let newest = try database.first(
            "SELECT s.id, r.ending IS NULL FROM source s JOIN run r ON r.id = s.current WHERE r.id = ?",
            .integer(run.row)
        ) { (source: $0.integer(0), isOn: $0.integer(1) != 0) }
        guard let newest else { return false }
        return newest.isOn || locks.isTaken(newest.source) || SourceScope.mayBeThere(run.address)
    }
}
