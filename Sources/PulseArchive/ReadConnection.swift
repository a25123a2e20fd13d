internal import SQLite
internal import Synchronization

/// A connection that only reads, from any thread: it waits for nobody who writes.
final class ReadConnection: Sendable {
    private let database: Mutex<Database>
    private let path: String

    init(_ database: sending Database, path: String) {
        self.path = path
        self.database = Mutex(database)
    }

    /// Opens an archive that is there.
    ///
    /// - Throws: ``ArchiveError``.
    convenience init(path: String) throws(ArchiveError) {
        self.init(try ArchiveFile.openExisting(path, .read), path: path)
    }

    /// Opens the archive of a server beside its connection that writes.
    ///
    /// Through SQLite alone: whoever else closes the file in this process takes away the locks of
    /// all connections (https://sqlite.org/howtocorrupt.html §2.2), and another process that reads
    /// would remove the log from under the writer.
    ///
    /// - Throws: ``ArchiveError``.
    convenience init(besideWriterOf path: String) throws(ArchiveError) {
        do throws(SQLiteError) {
            let database = try Database(path: path, .read)
            try database.execute(ArchiveFile.boundedCache)
            self.init(database, path: path)
        } catch {
            throw .database(path: path, error)
        }
    }

    func read<Result: Sendable>(_ body: (Database) throws(SQLiteError) -> Result)
        throws(ArchiveError) -> Result
    {
        do throws(SQLiteError) {
            return try database.withLock { database throws(SQLiteError) in try body(database) }
        } catch {
            throw .database(path: path, error)
        }
    }
}
