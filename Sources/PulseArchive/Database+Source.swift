internal import Pulse
internal import PulseMonitor
internal import SQLite

/// What a server asks when it begins with a source.
extension Database {
    /// The number of a source; nil when the archive never knew it.
    func source(_ address: String) throws(SQLiteError) -> Int64? {
        try first("SELECT id FROM source WHERE address = ?", .text(address)) { $0.integer(0) }
    }

    /// What is known of its runs; nil when that is nothing.
    func memory(of source: Int64) throws(SQLiteError) -> MonitorMemory? {
        let kept = try first(
            """
            SELECT c.monitor, s.saved FROM checkpoint c JOIN source s ON s.id = c.source
            WHERE s.id = ?
            """, .integer(source)
        ) { MonitorMemory(checkpoint: $0.bytes(0), savedAt: $0.integer(1)) }
        guard var memory = kept else { return nil }
        memory.entries = try all(
            "SELECT event, document, observed FROM journal WHERE source = ? ORDER BY n",
            .integer(source)
        ) { row in
            JournalKind(rawValue: row.integer(0))?.event(document: row.bytes(1))
                .map { ($0, Duration.nanoseconds(row.integer(2))) }
        }.compactMap { $0 }
        let newest = try first(
            """
            SELECT r.document, r.updated, r.ended FROM run r JOIN source s ON s.current = r.id
            WHERE s.id = ?
            """, .integer(source)
        ) { row in
            (
                document: row.bytes(0),
                times: RunTimes(
                    updated: row.integer(1), ended: row.isNull(2) ? nil : row.integer(2))
            )
        }
        if let newest, let document = try? PulseDecoder.decodeDocument(newest.document) {
            memory.newest = (document, newest.times)
        }
        return memory
    }
}
