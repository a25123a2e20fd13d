internal import PulseMonitor
internal import SQLite

/// What is to be told of a source, and what has become of it.
extension ArchiveWriter {
    /// Keeps what is to be told, behind what is there.
    func add(_ notices: [TransitionNotice], of source: Int64) throws(SQLiteError) {
        for notice in notices {
            let row: Int64? =
                if let run = notice.run { try rowID(of: run, source) } else { nil }
            try database.run(
                """
                INSERT INTO transition(id, source, run, transition, happened, variables)
                VALUES (?, ?, ?, ?, ?, ?)
                """, .text(notice.id), .integer(source), row.map { .integer($0) } ?? .null,
                .text(notice.transition.rawValue), .integer(notice.happened),
                .blob(NoticeVariables.bytes(of: notice.variables)))
        }
    }

    func apply(_ change: OutboxChange) throws(SQLiteError) {
        switch change {
        case .begun(let id, let number, let due):
            try database.run(
                "UPDATE transition SET begun = ?, due = ? WHERE id = ?", .integer(number),
                .integer(due), .text(id))
        case .over(let id):
            try database.run("DELETE FROM transition WHERE id = ?", .text(id))
        }
    }

    /// Notes whether this server tells of what it finds in its directory or bucket.
    ///
    /// Not before what it began with is kept: the next server would take that for new.
    func begin(tells: Bool) throws(SQLiteError) {
        guard let place = scope.place, try database.tells(ofPlace: place) != tells else { return }
        try database.run(
            "INSERT OR REPLACE INTO place VALUES (?, ?)", .text(place), .integer(tells ? 1 : 0))
    }

    /// Notes whether this server tells of a source's transitions.
    func begin(_ source: Int64, tells: Bool) throws(SQLiteError) {
        try database.run(
            "UPDATE source SET tells = ?1 WHERE id = ?2 AND tells != ?1",
            .integer(tells ? 1 : 0), .integer(source))
    }
}
