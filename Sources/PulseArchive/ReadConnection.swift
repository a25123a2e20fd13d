internal import SQLite
internal import Synchronization

/// A connection that only reads, from any thread: it waits for nobody who writes.
final class ReadConnection: Sendable {
    private let database: Mutex<Database>
    private let path: String

    /// - Throws: ``ArchiveError``.
    init(path: String) throws(ArchiveError) {
        self.path = path
        do throws(SQLiteError) {
            database = Mutex(try Database(path: path, .read))
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
