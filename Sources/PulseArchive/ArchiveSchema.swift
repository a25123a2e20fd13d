internal import SQLite

/// The tables, and how a file says that they are ours.
enum ArchiveSchema {
    /// "Puls", in the file's header.
    static let applicationID: Int64 = 0x5075_6c73
    /// `PRAGMA user_version`.
    static let version = 1

    /// Schema 1.
    ///
    /// Times are unix seconds by the server's clock, but for `timestamp` and `started`, which are
    /// the trainer's. `best` is known once the run has ended. No number of a source, which its lock
    /// has too, or of a run is given twice. `observed` is the monitor's time in nanoseconds.
    /// `details` of a point are `RunDetails.pointBytes`, null for PULSE v1. `transition` has what is still to be told, in the order of `n`; `tells` says whether the newest
    /// server of a source does that, and in `place` whether that of a directory or a bucket did.
    private static let tables = """
        CREATE TABLE source(
            id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, current INTEGER,
            saved INTEGER, tells INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE place(address TEXT PRIMARY KEY, tells INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE checkpoint(source INTEGER PRIMARY KEY, monitor BLOB NOT NULL);
        CREATE TABLE journal(
            source INTEGER NOT NULL, n INTEGER NOT NULL, observed INTEGER NOT NULL,
            event INTEGER NOT NULL, document BLOB, PRIMARY KEY(source, n)) WITHOUT ROWID;
        CREATE TABLE run(
            id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, name TEXT NOT NULL,
            started INTEGER NOT NULL, ordinal INTEGER NOT NULL, attempt INTEGER NOT NULL,
            ending TEXT, ended INTEGER, best REAL, updated INTEGER NOT NULL,
            document BLOB NOT NULL,
            UNIQUE(source, started, ordinal));
        CREATE TABLE alias(
            source INTEGER NOT NULL, started INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            run INTEGER NOT NULL, PRIMARY KEY(source, started, ordinal)) WITHOUT ROWID;
        CREATE TABLE attempt(
            run INTEGER NOT NULL, attempt INTEGER NOT NULL, epoch REAL NOT NULL,
            PRIMARY KEY(run, attempt)) WITHOUT ROWID;
        CREATE TABLE point(
            run INTEGER NOT NULL, n INTEGER NOT NULL, attempt INTEGER NOT NULL, cut INTEGER,
            timestamp INTEGER NOT NULL, epoch REAL NOT NULL, loss REAL NOT NULL,
            details BLOB, PRIMARY KEY(run, n)) WITHOUT ROWID;
        CREATE TABLE transition(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source INTEGER NOT NULL,
            run INTEGER REFERENCES run(id) ON DELETE CASCADE, transition TEXT NOT NULL,
            happened INTEGER NOT NULL, begun INTEGER NOT NULL DEFAULT 0,
            due INTEGER NOT NULL DEFAULT 0, variables BLOB NOT NULL);
        CREATE INDEX transition_run ON transition(run);
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """

    /// Makes the tables in an empty file, and refuses another program's and a newer Pulse's.
    ///
    /// All in one transaction: whatever is killed leaves an empty file, or a whole one.
    static func prepare(_ database: Database, path: String) throws(ArchiveError) {
        do {
            try database.execute("BEGIN IMMEDIATE")
            let refusal = try refusal(of: database, path: path)
            if refusal == nil, try version(of: database) == 0 { try database.execute(tables) }
            try database.execute(refusal == nil ? "COMMIT" : "ROLLBACK")
            if let refusal { throw refusal }
        } catch let error as ArchiveError {
            throw error
        } catch let error as SQLiteError {
            throw .database(path: path, error)
        } catch {
            throw .place(path: path, reason: "\(error)")
        }
    }

    static func version(of database: Database) throws(SQLiteError) -> Int {
        Int(try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0)
    }

    static func refusal(of database: Database, path: String) throws(SQLiteError) -> ArchiveError? {
        let owner = try database.first("PRAGMA application_id") { $0.integer(0) }
        let objects = try database.first("SELECT count(*) FROM sqlite_master") { $0.integer(0) }
        let version = try version(of: database)
        if owner != applicationID {
            return objects == 0 && version == 0 && owner == 0 ? nil : .foreign(path: path)
        }
        return version > Self.version ? .newer(path: path, version: version) : nil
    }
}
