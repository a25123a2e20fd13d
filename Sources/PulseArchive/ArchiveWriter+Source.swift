internal import PulseMonitor
internal import SQLite

/// What a server asks when it begins with a source.
extension ArchiveWriter {
    /// The number of a source, old or new.
    func source(_ address: String, name: String) throws(SQLiteError) -> Int64 {
        try database.transaction { () throws(SQLiteError) in
            try database.run(
                "INSERT OR IGNORE INTO source(address, name) VALUES (?, ?)", .text(address),
                .text(name))
            return try database.first("SELECT id FROM source WHERE address = ?", .text(address)) {
                $0.integer(0)
            } ?? 0
        }
    }

    /// What is known of its runs; nil when that is nothing.
    func memory(of source: Int64) throws(SQLiteError) -> MonitorMemory? {
        let kept = try database.first(
            "SELECT checkpoint, saved FROM source WHERE id = ? AND checkpoint IS NOT NULL",
            .integer(source)
        ) { MonitorMemory(checkpoint: $0.bytes(0), savedAt: $0.integer(1)) }
        guard var memory = kept else { return nil }
        memory.entries = try database.all(
            "SELECT event, document, observed FROM journal WHERE source = ? ORDER BY n",
            .integer(source)
        ) { row in
            JournalKind(rawValue: row.integer(0))?.event(document: row.bytes(1))
                .map { ($0, Duration.nanoseconds(row.integer(2))) }
        }.compactMap { $0 }
        return memory
    }
}
