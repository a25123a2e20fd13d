internal import SQLite

extension Database {
    /// Deletes a run with its curve.
    ///
    /// With the newest run of a source goes what a monitor would go on from, and a source that has no
    /// run left goes with its last.
    func delete(run row: Int64) throws(SQLiteError) {
        for table in ["point", "attempt", "alias"] {
            try run("DELETE FROM \(table) WHERE run = ?", .integer(row))
        }
        let source = try first(
            "SELECT s.id, s.current IS ?1 FROM source s JOIN run r ON r.source = s.id WHERE r.id = ?1",
            .integer(row)
        ) { (id: $0.integer(0), isNewest: $0.integer(1) != 0) }
        try run("DELETE FROM run WHERE id = ?", .integer(row))
        guard let source else { return }
        if source.isNewest {
            for table in ["checkpoint", "journal"] {
                try run("DELETE FROM \(table) WHERE source = ?", .integer(source.id))
            }
            try run("UPDATE source SET current = NULL WHERE id = ?", .integer(source.id))
        }
        // A source that a server follows has a checkpoint.
        let isLeft = try first(
            """
            SELECT EXISTS (SELECT 1 FROM run WHERE source = ?1)
                OR EXISTS (SELECT 1 FROM checkpoint WHERE source = ?1)
            """, .integer(source.id)
        ) { $0.integer(0) != 0 }
        guard isLeft == false else { return }
        try run("DELETE FROM transition WHERE source = ?", .integer(source.id))
        try run("DELETE FROM source WHERE id = ?", .integer(source.id))
    }
}
