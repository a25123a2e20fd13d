internal import PulseMonitor
internal import SQLite

/// What a server asks of a source that it tells of.
extension Database {
    /// Whether the newest server of a source told of its transitions.
    func tells(of source: Int64) throws(SQLiteError) -> Bool {
        try first("SELECT tells FROM source WHERE id = ?", .integer(source)) { $0.integer(0) != 0 }
            ?? false
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
