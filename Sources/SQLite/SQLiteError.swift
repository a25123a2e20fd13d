internal import CSQLite

/// What SQLite answered instead of doing what it was asked for.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The extended result code (https://sqlite.org/rescode.html).
    public let extendedCode: Int32
    /// SQLite's own words.
    public let message: String

    /// The kinds of failure that callers tell apart.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Another connection writes, or keeps the file to itself: `SQLITE_BUSY`, `SQLITE_LOCKED`.
        case busy
        /// The disk is full: `SQLITE_FULL`.
        case full
        /// The file, or its file system, may not be written: `SQLITE_READONLY`, `SQLITE_PERM`.
        case readOnly
        /// The file is no database, or a damaged one: `SQLITE_NOTADB`, `SQLITE_CORRUPT`.
        case broken
        /// The file can't be opened: `SQLITE_CANTOPEN`.
        case cannotOpen
        /// The disk has failed: `SQLITE_IOERR`.
        case inputOutput
        /// Anything else.
        case other
    }

    /// Makes an error.
    public init(extendedCode: Int32, message: String) {
        self.extendedCode = extendedCode
        self.message = message
    }

    /// What kind of failure it is.
    public var kind: Kind {
        switch extendedCode & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_READONLY, SQLITE_PERM: .readOnly
        case SQLITE_NOTADB, SQLITE_CORRUPT: .broken
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_IOERR: .inputOutput
        default: .other
        }
    }

    /// One line for a person, such as `database or disk is full (13)`.
    public var description: String { "\(message) (\(extendedCode))" }

    /// What a connection says of its newest failure.
    static func newest(of connection: OpaquePointer?, _ code: Int32) -> SQLiteError {
        guard let connection = unsafe connection else {
            return SQLiteError(
                extendedCode: code, message: unsafe String(cString: sqlite3_errstr(code)))
        }
        return SQLiteError(
            extendedCode: unsafe sqlite3_extended_errcode(connection),
            message: unsafe String(cString: sqlite3_errmsg(connection)))
    }
}
