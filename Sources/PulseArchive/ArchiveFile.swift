internal import Glibc
internal import SQLite

/// The archive's file: found in order, or refused before anything of it is touched.
enum ArchiveFile {
    /// Whether two connections can share it; not on a network file system.
    typealias Opened = (database: Database, isShared: Bool)

    /// The first bytes of a database (https://sqlite.org/fileformat.html §1.3).
    private static let magic = Array("SQLite format 3\0".utf8)
    /// Where the header says whose it is, with the highest byte first.
    private static let applicationIDOffset = 68
    private static let headerLength = 100

    /// So many KiB of pages are kept in memory by one connection: the system has the file's, too.
    static let boundedCache = "PRAGMA cache_size = -256"

    /// So long another's lock is waited for where the file is opened: a server doesn't serve before.
    private static let timeout = Duration.seconds(1)

    /// Opens the file for writing, and makes it, for its owner alone, when it isn't there.
    ///
    /// - Parameter isNetwork: whether its file system is a network's; nil to ask that.
    static func open(_ path: String, isNetwork: Bool? = nil) throws(ArchiveError) -> Opened {
        try create(path)
        guard try isOurs(path) else { throw .foreign(path: path) }
        if let refusal = refusal(of: path) { throw refusal }
        let isNetwork = isNetwork ?? FileSystemKind.isNetwork(path)
        do {
            let database = try Database(path: path, .write, timeout: timeout)
            // WAL needs memory that processes share, which a network file system hasn't.
            if isNetwork { try database.execute("PRAGMA locking_mode = EXCLUSIVE") }
            try ArchiveSchema.prepare(database, path: path)
            try database.execute(
                isNetwork ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL")
            // A crash of the machine may take the newest transactions, and leaves the file whole.
            try database.execute("PRAGMA synchronous = NORMAL")
            // A run that is deleted takes with it what was to be told of it.
            try database.execute("PRAGMA foreign_keys = ON")
            try database.execute(boundedCache)
            database.wait(atMost: Database.timeout)
            return (database, !isNetwork)
        } catch let error as ArchiveError {
            throw error
        } catch let error as SQLiteError {
            throw .database(path: path, error)
        } catch {
            throw .place(path: path, reason: "\(error)")
        }
    }

    /// Opens an archive that is there, and makes nothing.
    ///
    /// - Parameter access: reading leaves every byte as it is.
    static func openExisting(_ path: String, _ access: Database.Access = .write)
        throws(ArchiveError) -> Database
    {
        guard try isOurs(path) else { throw .foreign(path: path) }
        let database: Database
        let refusal: ArchiveError?
        do throws(SQLiteError) {
            database = try Database(path: path, access)
            // Every connection says so by itself.
            if access == .write { try database.execute("PRAGMA foreign_keys = ON") }
            let isEmpty = try ArchiveSchema.version(of: database) == 0
            refusal =
                try ArchiveSchema.refusal(of: database, path: path)
                ?? (isEmpty ? .empty(path: path) : nil)
        } catch {
            throw .database(path: path, error)
        }
        if let refusal { throw refusal }
        return database
    }

    /// Why a file is to be left as it is.
    ///
    /// Asked by a connection that only reads: one that writes tidies up when it is closed.
    private static func refusal(of path: String) -> ArchiveError? {
        guard let database = try? Database(path: path, .read, timeout: timeout) else { return nil }
        return try? ArchiveSchema.refusal(of: database, path: path)
    }

    private static func create(_ path: String) throws(ArchiveError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                let isDirectory = status.st_mode & S_IFMT == S_IFDIR
                throw .place(path: path, reason: isDirectory ? "is a directory" : "is not a file")
            }
            return
        }
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        // Another server may have made it in between.
        guard descriptor >= 0 || errno == EEXIST else {
            throw .place(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Judged by the first bytes: SQLite would roll another program's transaction back to tell.
    private static func isOurs(_ path: String) throws(ArchiveError) -> Bool {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .place(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: headerLength)
        let count = unsafe read(descriptor, &header, headerLength)
        guard count >= 0 else {
            throw .place(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        if count == 0 { return true }
        guard count == headerLength, header.starts(with: magic) else { return false }
        let owner = header[applicationIDOffset..<applicationIDOffset + 4].reduce(Int64(0)) {
            $0 << 8 | Int64($1)
        }
        return owner == ArchiveSchema.applicationID
    }
}
