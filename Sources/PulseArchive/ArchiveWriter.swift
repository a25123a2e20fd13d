internal import Pulse
internal import PulseMonitor
internal import SQLite

/// Writes what happened into the tables: the archive's thread alone uses it.
final class ArchiveWriter {
    /// The run of a source that points go to.
    struct Current {
        var row: Int64
        var nextPoint: Int64
        var attempt: Int64
        /// How many points it has.
        var points: Int64
    }

    let database: Database
    let insertPoint: Statement
    private let insertEntry: Statement
    let updateRun: Statement
    private let updateSource: Statement
    /// What is known of the tables; forgotten where a transaction fails.
    private(set) var current: [Int64: Current] = [:]
    private var journals: [Int64: Int64] = [:]
    private(set) var sources: [String: Int64] = [:]
    /// When it was looked last for what isn't to be kept; unix seconds.
    var retainedAt: Int64?
    /// The time at which it is to be looked; nil when that is done.
    var retainsAt: Int64?
    /// Whether ``retain()`` has said that there is more.
    var isRetaining = false
    let locks: SourceLocks
    let retention: Retention
    let scope: SourceScope

    init(_ database: Database, locks: SourceLocks, scope: SourceScope, retention: Retention)
        throws(SQLiteError)
    {
        self.database = database
        self.locks = locks
        self.scope = scope
        self.retention = retention
        insertPoint = try Statement(
            database, "INSERT INTO point VALUES (?, ?, ?, NULL, ?, ?, ?, ?)")
        insertEntry = try Statement(database, "INSERT INTO journal VALUES (?, ?, ?, ?, ?)")
        updateRun = try Statement(
            database,
            "UPDATE run SET document = ?1, updated = ?2 WHERE id = ?3 AND document IS NOT ?1")
        updateSource = try Statement(
            database, "UPDATE source SET current = ?, saved = coalesce(?, saved) WHERE id = ?")
    }

    /// Writes all of some batches, or nothing.
    ///
    /// - Parameter tells: whether the server tells of its sources, once it has begun with those that were
    ///   there; nil before, and afterwards.
    /// - Returns: the addresses of sources that another server keeps: of them nothing is written.
    func write(
        _ batches: [ArchiveBatch], _ changes: [OutboxChange] = [], tells: Bool? = nil
    ) throws(SQLiteError) -> Set<String> {
        do throws(SQLiteError) {
            // SQLite writes on into a file that has no name any more.
            try database.checkPlace()
            let refused = try database.transaction { () throws(SQLiteError) in
                var refused: Set<String> = []
                for batch in batches {
                    if let source = try row(of: batch.source) {
                        try write(batch, of: source)
                    } else {
                        refused.insert(batch.source)
                    }
                }
                for change in changes { try apply(change) }
                if let tells { try begin(tells: tells) }
                return refused
            }
            if let newest = batches.last, isDue(batches, at: newest.wallClock) {
                retainsAt = newest.wallClock
            }
            return refused
        } catch {
            current = [:]
            journals = [:]
            sources = [:]
            throw error
        }
    }

    /// Makes a source that isn't known, and keeps it from here on unless another server does.
    func register(_ address: String) throws(SQLiteError) {
        try database.transaction { () throws(SQLiteError) in _ = try row(of: address) }
    }

    /// Keeps a source that another server kept; whether that has ended.
    func takeOver(_ address: String) throws(SQLiteError) -> Bool {
        // Deleted meanwhile: it is made anew when there is something to write.
        guard let row = try database.source(address) else { return true }
        guard locks.take(row) else { return false }
        sources[address] = row
        return true
    }

    /// The number of a source, old or new; nil when another server keeps it.
    private func row(of address: String) throws(SQLiteError) -> Int64? {
        if let known = sources[address] { return known }
        try database.run("INSERT OR IGNORE INTO source(address) VALUES (?)", .text(address))
        guard let row = try database.source(address), locks.take(row) else { return nil }
        sources[address] = row
        return row
    }

    private func write(_ batch: ArchiveBatch, of source: Int64) throws(SQLiteError) {
        if current[source] == nil { try findCurrent(of: source) }
        if batch.isAfterLoss, let monitor = batch.whole?.monitor {
            try catchUp(with: monitor, batch, of: source)
        } else {
            for event in batch.events { try apply(event, batch, of: source) }
        }
        try add(batch.notices, of: source)
        if let tells = batch.tells { try begin(source, tells: tells) }
        if let monitor = batch.whole?.monitor {
            try database.run(
                "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", .integer(source),
                .blob(monitor.checkpoint))
            try database.run("DELETE FROM journal WHERE source = ?", .integer(source))
            journals[source] = 0
        } else {
            try note(batch, of: source)
        }
        // The time of what a monitor goes on from: silence counts from there.
        let isRemembered = batch.whole != nil || batch.events.contains(where: \.isRemembered)
        try updateSource.run([
            batch.run == nil ? nil : current[source].map { .integer($0.row) } ?? nil,
            isRemembered ? .integer(batch.wallClock) : nil, .integer(source),
        ])
        guard batch.run != nil, let row = current[source]?.row else { return }
        for case .document(let document) in batch.events.reversed() {
            try updateRun.run([
                .blob(PulseEncoder.encode(document)), .integer(batch.wallClock), .integer(row),
            ])
            break
        }
    }

    private func note(_ batch: ArchiveBatch, of source: Int64) throws(SQLiteError) {
        for event in batch.events {
            guard let kind = JournalKind(event) else { continue }
            let next = try nextEntry(of: source)
            var document = Value.null
            if case .document(let status) = event { document = .blob(PulseEncoder.encode(status)) }
            let observed = Int64(clamping: batch.observed.attoseconds / 1_000_000_000)
            try insertEntry.run([
                .integer(source), .integer(next), .integer(observed), .integer(kind.rawValue),
                document,
            ])
            journals[source] = next + 1
        }
    }

    private func nextEntry(of source: Int64) throws(SQLiteError) -> Int64 {
        if let known = journals[source] { return known }
        return try database.first(
            "SELECT coalesce(max(n) + 1, 0) FROM journal WHERE source = ?", .integer(source)
        ) { $0.integer(0) } ?? 0
    }

    private func findCurrent(of source: Int64) throws(SQLiteError) {
        let row = try database.first(
            "SELECT current FROM source WHERE id = ? AND current IS NOT NULL", .integer(source)
        ) { $0.integer(0) }
        if let row { try goOn(row, of: source) }
    }

    /// Goes on with a run behind the points that it has.
    func goOn(_ row: Int64, of source: Int64) throws(SQLiteError) {
        current[source] = try database.first(
            """
            SELECT run.attempt, coalesce(max(n) + 1, 0), count(n) FROM run LEFT JOIN point
            ON point.run = run.id WHERE run.id = ?1 GROUP BY run.id
            """, .integer(row)
        ) {
            Current(
                row: row, nextPoint: $0.integer(1), attempt: $0.integer(0), points: $0.integer(2))
        }
    }

    /// Begins a run, or goes on with it where it is known: a monitor that begins anew finds the same.
    func begin(
        _ id: RunID, attempt: Int, _ document: PulseDocument, _ batch: ArchiveBatch,
        of source: Int64
    ) throws(SQLiteError) {
        try database.run(
            """
            INSERT OR IGNORE INTO run(
                source, name, started, ordinal, attempt, updated, document)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .integer(source), .text(id.source), .integer(id.started),
            .integer(id.ordinal), .integer(attempt), .integer(batch.wallClock),
            .blob(PulseEncoder.encode(document)))
        guard let row = try rowID(of: id, source) else { return }
        try goOn(row, of: source)
    }

    private func apply(_ event: RunEvent, _ batch: ArchiveBatch, of source: Int64)
        throws(SQLiteError)
    {
        switch event {
        case .began(let id, let attempt, let document):
            try begin(id, attempt: attempt, document, batch, of: source)
        case .point(let document):
            guard let run = current[source] else { return }
            try insertPoint.run([
                .integer(run.row), .integer(run.nextPoint), .integer(run.attempt),
                .integer(document.timestamp), .real(document.epoch), .real(document.v1.loss),
                document.details?.pointBytes.map { .blob($0) } ?? .null,
            ])
            current[source]?.nextPoint += 1
            current[source]?.points += 1
            guard run.points >= retention.runningPoints else { return }
            try thin(run.row, to: retention.runningPoints / 2)
            current[source]?.points = Int64(retention.runningPoints / 2)
        case .resumed(_, let attempt, let epoch):
            guard let run = current[source] else { return }
            try resume(run.row, attempt, epoch)
            current[source]?.attempt = Int64(attempt)
        case .joined(let id, let earlier, let attempt, let epoch):
            try join(id, to: earlier, attempt, epoch, source)
        case .ended(let id, let ending):
            guard let row = try rowID(of: id, source) else { return }
            try end(row, ending, at: batch.wallClock)
        case .document, .stale, .recovered, .sourceChanged, .sourceFailed, .sourceRecovered: break
        }
    }

    func end(_ row: Int64, _ ending: RunEnding, at wallClock: Int64) throws(SQLiteError) {
        try database.run(
            """
            UPDATE run SET ending = ?1, ended = ?2, best = (
                SELECT min(loss) FROM point WHERE run = ?3 AND cut IS NULL) WHERE id = ?3
            """, .text(ending.rawValue), .integer(wallClock), .integer(row))
        try thin(row, to: retention.finishedPoints)
    }

    func rowID(of id: RunID, _ source: Int64) throws(SQLiteError) -> Int64? {
        try database.first(
            "SELECT id FROM run WHERE source = ? AND started = ? AND ordinal = ?",
            .integer(source), .integer(id.started), .integer(id.ordinal)
        ) { $0.integer(0) }
    }
}
