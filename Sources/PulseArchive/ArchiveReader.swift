internal import Pulse
public import PulseMonitor
internal import SQLite

/// Reads what the archive holds of one source, from any thread.
///
/// A connection of its own: nobody who reads waits for whoever writes.
public final class ArchiveReader: Sendable {
    private let connection: ReadConnection
    private let source: Int64

    init(_ connection: ReadConnection, source: Int64) {
        self.connection = connection
        self.source = source
    }

    private static let columns = """
        r.name, r.started, r.ordinal, r.attempt, r.document, r.ending, r.ended, r.updated,
        r.id IS (SELECT current FROM source s WHERE s.id = r.source)
        """

    /// The runs of the source, newest start first.
    ///
    /// - Parameter limit: how many at most.
    /// - Throws: ``ArchiveError``.
    public func runs(limit: Int = 1_000) throws(ArchiveError) -> [ArchivedRun] {
        try connection.read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT \(Self.columns) FROM run r WHERE r.source = ?
                ORDER BY r.started DESC, r.ordinal DESC LIMIT ?
                """, .integer(source), .integer(limit)
            ) { Self.run(of: $0) }.compactMap { $0 }
        }
    }

    /// One run; also by the id that it had before it was joined to another.
    public func run(_ id: RunID) throws(ArchiveError) -> ArchivedRun? {
        try connection.read { database throws(SQLiteError) in
            guard let row = try rowID(of: id, database) else { return nil }
            return try database.first(
                "SELECT \(Self.columns) FROM run r WHERE r.id = ?", .integer(row)
            ) { Self.run(of: $0) } ?? nil
        }
    }

    /// The curve of a run, as its attempts told it and without what a resume has cut off.
    public func curve(_ id: RunID) throws(ArchiveError) -> [ArchivedPoint] {
        try connection.read { database throws(SQLiteError) in
            guard let row = try rowID(of: id, database) else { return [] }
            return try database.all(
                """
                SELECT timestamp, epoch, loss, attempt FROM point WHERE run = ? AND cut IS NULL
                ORDER BY n
                """, .integer(row)
            ) {
                ArchivedPoint(
                    timestamp: $0.integer(0), epoch: $0.real(1), loss: $0.real(2),
                    attempt: Int($0.integer(3)))
            }
        }
    }

    private func rowID(of id: RunID, _ database: Database) throws(SQLiteError) -> Int64? {
        try database.first(
            """
            SELECT id FROM run WHERE source = ?1 AND started = ?2 AND ordinal = ?3
            UNION ALL SELECT run FROM alias WHERE source = ?1 AND started = ?2 AND ordinal = ?3
            """, .integer(source), .integer(id.started), .integer(id.ordinal)
        ) { $0.integer(0) }
    }

    private static func run(of row: borrowing Row) -> ArchivedRun? {
        guard let status = try? PulseDecoder.decode(row.bytes(4)) else { return nil }
        return ArchivedRun(
            id: RunID(source: row.text(0), started: row.integer(1), ordinal: Int(row.integer(2))),
            attempt: Int(row.integer(3)), status: status,
            ending: row.isNull(5) ? nil : RunEnding(rawValue: row.text(5)),
            ended: row.isNull(6) ? nil : row.integer(6), updated: row.integer(7),
            isCurrent: row.integer(8) != 0)
    }
}
