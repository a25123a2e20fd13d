public import SQLite

/// Why there is no archive: one line, which names the file and says what is wrong with it.
public enum ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place is no file, or nothing can be made there.
    case place(path: String, reason: String)
    /// The file belongs to another program, or is no database.
    case foreign(path: String)
    /// A newer Pulse wrote it.
    case newer(path: String, version: Int)
    /// It was made and never written, or isn't there.
    case empty(path: String)
    /// A run that is the current one of its source isn't deleted.
    case current(run: String, address: String)
    /// SQLite can't use it.
    case database(path: String, SQLiteError)

    /// Whether it may be over later: what is another's, or damaged, is left as it is.
    var mayPass: Bool {
        switch self {
        case .place: true
        case .database(_, let error): error.kind != .broken
        case .foreign, .newer, .empty, .current: false
        }
    }

    /// Whether it may be over at once: one page that can't be read looks like damage, and whoever had the
    /// file locked was waited for.
    private var isWorthASecondTry: Bool {
        switch self {
        case .place: true
        case .database(_, let error): error.kind != .busy
        case .foreign, .newer, .empty, .current: false
        }
    }

    /// Does something again when it fails: one system call that does takes the archive from nobody.
    package static func tryingTwice<Result>(_ body: () throws(ArchiveError) -> Result)
        throws(ArchiveError) -> Result
    {
        do {
            return try body()
        } catch {
            guard error.isWorthASecondTry else { throw error }
            return try body()
        }
    }

    /// The line for a person.
    public var description: String {
        switch self {
        case .place(let path, let reason): "\(path): \(reason)"
        case .foreign(let path): "\(path) is no archive of Pulse: it is left as it is"
        case .newer(let path, let version):
            "\(path) was written by a newer Pulse (schema \(version)): it is left as it is"
        case .empty(let path): "\(path) holds no runs yet"
        case .current(let run, let address):
            "\(run) is the current run of \(address), which isn't deleted"
        case .database(let path, let error): "\(path): \(error)"
        }
    }
}
