internal import PulseMonitor
internal import SQLite

/// What a server asks of a source that it tells of.
extension Database {
    /// Whether the newest server of a source told of its transitions.
    func tells(of source: Int64) throws(SQLiteError) -> Bool {
        try first("SELECT tells FROM source WHERE id = ?", .integer(source)) { $0.integer(0) != 0 }
            ?? false
    }

    /// Whether the newest server of a directory or bucket told of what it found there.
    func tells(ofPlace address: String) throws(SQLiteError) -> Bool {
        try first("SELECT tells FROM place WHERE address = ?", .text(address)) {
            $0.integer(0) != 0
        } ?? false
    }

    /// The sources of which something is still to be told, those that are gone among them.
    func sourcesToTell(of scope: SourceScope) throws(SQLiteError)
        -> [(row: Int64, address: String)]
    {
        try all(
            """
            SELECT id, address FROM source WHERE address >= ? AND address < ?
            AND id IN (SELECT source FROM transition) ORDER BY id
            """, .text(scope.bounds.from), .text(scope.bounds.to)
        ) { (row: $0.integer(0), address: $0.text(1)) }
        .filter { scope.includes($0.address) }
    }

    /// What is still to be told of a source, oldest first.
    func waiting(of source: Int64) throws(SQLiteError) -> [WaitingTransition] {
        try all(
            """
            SELECT t.id, t.transition, t.happened, t.variables, t.begun, t.due, r.name, r.started,
            r.ordinal FROM transition t LEFT JOIN run r ON r.id = t.run
            WHERE t.source = ? ORDER BY t.n
            """, .integer(source)
        ) { row in
            RunTransition(rawValue: row.text(1)).map { transition in
                WaitingTransition(
                    TransitionNotice(
                        id: row.text(0), transition: transition,
                        run: row.isNull(6)
                            ? nil
                            : RunID(
                                source: row.text(6), started: row.integer(7),
                                ordinal: Int(row.integer(8))),
                        happened: row.integer(2), variables: NoticeVariables.read(row.bytes(3))),
                    attempts: Int(clamping: row.integer(4)), due: row.integer(5))
            }
        }.compactMap { $0 }
    }
}
