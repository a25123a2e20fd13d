internal import CSQLite

/// A prepared statement, to be run again and again.
@safe public final class Statement {
    private let database: Database
    private let sql: String
    // Ownership: the database's, lent until `deinit`.
    private let handle: OpaquePointer

    /// Prepares one statement, where the database hasn't done so before.
    ///
    /// - Parameter sql: the text of a statement, its values left to parameters: it is kept.
    /// - Throws: ``SQLiteError``.
    public init(_ database: Database, _ sql: String) throws(SQLiteError) {
        self.database = database
        self.sql = sql
        unsafe handle = try database.lend(sql)
    }

    deinit {
        unsafe database.takeBack(handle, of: sql)
    }

    /// Runs it to its end, and takes no rows.
    public func run(_ values: [Value] = []) throws(SQLiteError) {
        try bind(values)
        defer { reset() }
        while try step() {}
    }

    /// The first row.
    public func first<Result>(_ values: [Value] = [], row: (borrowing Row) -> Result)
        throws(SQLiteError)
        -> Result?
    {
        try bind(values)
        defer { reset() }
        return try step() ? unsafe row(Row(handle)) : nil
    }

    /// All rows.
    public func all<Result>(_ values: [Value] = [], row: (borrowing Row) -> Result)
        throws(SQLiteError)
        -> [Result]
    {
        try bind(values)
        defer { reset() }
        var results: [Result] = []
        while try step() { results.append(unsafe row(Row(handle))) }
        return results
    }

    private func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw unsafe SQLiteError.newest(of: database.connection, code)
        }
    }

    private func reset() {
        unsafe sqlite3_reset(handle)
    }

    private func bind(_ values: [Value]) throws(SQLiteError) {
        // SQLite takes a parameter that nobody has bound for NULL.
        guard values.count == Int(unsafe sqlite3_bind_parameter_count(handle)) else {
            throw SQLiteError(
                extendedCode: SQLITE_RANGE,
                message: "\(values.count) values for another number of parameters")
        }
        for (index, value) in values.enumerated() {
            let code = bind(value, at: Int32(index + 1))
            guard code == SQLITE_OK else {
                throw unsafe SQLiteError.newest(of: database.connection, code)
            }
        }
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .integer(let integer): return unsafe sqlite3_bind_int64(handle, index, integer)
        case .real(let real): return unsafe sqlite3_bind_double(handle, index, real)
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .text(var text):
            return text.withUTF8 { bytes in
                unsafe CSQLite_bind_text(
                    handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
            }
        case .blob(let blob):
            return unsafe blob.withUnsafeBytes { bytes in
                unsafe CSQLite_bind_blob(
                    handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
            }
        }
    }
}
