internal import CSQLite

/// A connection to one SQLite file.
///
/// Not `Sendable`: one thread at a time uses it with its statements, which the compiler proves, so
/// that SQLite needs no locks of its own.
@safe public final class Database {
    /// How a file is opened.
    public enum Access: Sendable, Hashable {
        /// For reading and writing; the file is made when it isn't there.
        case create
        /// For reading and writing.
        case write
        /// For reading: nothing is ever written, not even a file beside it.
        case read
    }

    // Ownership: this object's; `sqlite3_close_v2` in `deinit`, once.
    let connection: OpaquePointer
    // Ownership: this object's; each is finalized before the connection is closed. A statement takes
    // one out while it has it, so that none is used twice at a time.
    private var prepared: [String: OpaquePointer] = unsafe [:]

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: never a URI, whatever it looks like.
    ///   - timeout: how long a call waits for another connection's lock.
    /// - Throws: ``SQLiteError``. Whether the file is a database shows only at the first statement.
    public init(path: String, _ access: Access, timeout: Duration = Database.timeout)
        throws(SQLiteError)
    {
        let flags =
            switch access {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .read: SQLITE_OPEN_READONLY
            }
        // A name that begins like this means a file in memory, or the file that a URI names.
        let isPlain = !path.isEmpty && !path.hasPrefix(":") && !path.hasPrefix("file:")
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(
            isPlain ? path : "./" + path, &opened,
            flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            nil)
        guard code == SQLITE_OK, let connection = unsafe opened else {
            let error = unsafe SQLiteError.newest(of: opened, code)
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe self.connection = connection
        wait(atMost: timeout)
    }

    /// How long a call waits for another connection's lock, unless told otherwise.
    public static let timeout = Duration.seconds(5)

    /// Sets how long a call waits for another connection's lock.
    public func wait(atMost timeout: Duration) {
        let milliseconds = Int32(clamping: Int64(timeout / .milliseconds(1)))
        unsafe sqlite3_busy_timeout(connection, milliseconds)
    }

    /// Finds out whether what is written can be found again (`SQLITE_FCNTL_HAS_MOVED`).
    ///
    /// - Throws: ``SQLiteError``, a ``SQLiteError/Kind/readOnly`` one, where the file was moved, replaced or
    ///   deleted since it was opened.
    public func checkPlace() throws(SQLiteError) {
        var hasMoved: Int32 = 0
        unsafe sqlite3_file_control(connection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard hasMoved == 0 else {
            throw SQLiteError(
                extendedCode: SQLITE_READONLY | 4 << 8,  // SQLITE_READONLY_DBMOVED
                message:
                    "it was moved, replaced or deleted while it was open: put it back, or restart Pulse"
            )
        }
    }

    deinit {
        // No others are left: a statement holds its database.
        unsafe prepared.values.forEach { unsafe sqlite3_finalize($0) }
        unsafe sqlite3_close_v2(connection)
    }

    /// Lends a prepared statement: that of this text which was given back, else a new one.
    func lend(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        if let statement = unsafe prepared.removeValue(forKey: sql) { return unsafe statement }
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK else { throw unsafe SQLiteError.newest(of: connection, code) }
        guard let statement = unsafe statement else {
            throw SQLiteError(extendedCode: SQLITE_MISUSE, message: "there is no statement in it")
        }
        return unsafe statement
    }

    /// Takes back what was lent, with none of its values.
    ///
    /// One for each text is kept: texts are a program's own, so there are as many as it has statements.
    func takeBack(_ statement: OpaquePointer, of sql: String) {
        unsafe sqlite3_reset(statement)
        unsafe sqlite3_clear_bindings(statement)
        let other = unsafe prepared.updateValue(statement, forKey: sql)
        unsafe sqlite3_finalize(other)
    }

    /// How many rows the newest statement has changed.
    public var changes: Int { Int(unsafe sqlite3_changes64(connection)) }

    /// The row id of the newest row.
    public var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(connection) }

    /// Runs statements that have no parameters, one after the other.
    public func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(connection, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw unsafe SQLiteError.newest(of: connection, code) }
    }

    /// Runs one statement, which is prepared at its first use.
    public func run(_ sql: String, _ values: Value...) throws(SQLiteError) {
        try Statement(self, sql).run(values)
    }

    /// The first row of what a statement finds.
    public func first<Result>(_ sql: String, _ values: Value..., row: (borrowing Row) -> Result)
        throws(SQLiteError) -> Result?
    {
        try Statement(self, sql).first(values, row: row)
    }

    /// All rows of what a statement finds.
    public func all<Result>(_ sql: String, _ values: Value..., row: (borrowing Row) -> Result)
        throws(SQLiteError) -> [Result]
    {
        try Statement(self, sql).all(values, row: row)
    }

    /// Reads all of `work` from one state of the file, whoever writes in between.
    public func snapshot<Result>(_ work: () throws(SQLiteError) -> Result) throws(SQLiteError)
        -> Result
    {
        try execute("BEGIN")
        defer { try? execute("COMMIT") }
        return try work()
    }

    /// Does all of `work`, or nothing.
    ///
    /// The lock for writing is taken at once, so that nothing in between can find it taken
    /// (`BEGIN IMMEDIATE`).
    public func transaction<Result>(_ work: () throws(SQLiteError) -> Result) throws(SQLiteError)
        -> Result
    {
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try work()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors SQLite has done so by itself (https://sqlite.org/lang_transaction.html).
            if unsafe sqlite3_get_autocommit(connection) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }
}
