internal import Dispatch
public import Logging
package import PulseMonitor
internal import SQLite
internal import Synchronization

/// The memory of a server: one SQLite file, one thread that writes it.
///
/// Whoever has something to keep puts it into a queue and goes on. What can't be written waits in
/// memory, bounded; while it does, ``isUp`` is false.
public final class Archive: Sendable {
    private struct Queue {
        var batches: [ArchiveBatch] = []
        var isScheduled = false
        var isUp = true
        /// Grows whenever something had to be forgotten: sources begin anew with a checkpoint.
        var losses = 0
        /// The addresses of sources that another server keeps.
        var refused: Set<String> = []
    }

    /// Its path.
    public let path: String
    private let queue = Mutex(Queue())
    private let thread = DispatchQueue(label: "pulse.archive")
    private let writer: Mutex<ArchiveWriter>
    /// A connection of its own, so that nobody who reads waits for whoever writes; nil where the
    /// file is one connection's alone.
    private let reader: ReadConnection?
    private let locks: SourceLocks
    private let logger: Logger

    /// Points may wait so long for others, to be committed with them.
    private static let delay = DispatchTimeInterval.milliseconds(500)
    /// How soon a write that failed is tried again.
    private static let retryDelay = DispatchTimeInterval.seconds(5)
    /// What waits at most, in batches: about a megabyte.
    private static let limit = 10_000

    /// Opens the archive, and makes it when it isn't there.
    ///
    /// - Parameters:
    ///   - path: on a disk of this machine.
    ///   - keepRuns: how many finished runs of a source are kept.
    ///   - logger: is told when writing fails, and when it works again.
    /// - Throws: ``ArchiveError``.
    public init(path: String, keepRuns: Int = 1_000, logger: Logger) throws(ArchiveError) {
        self.path = path
        self.logger = logger
        let (database, isShared) = try ArchiveFile.open(path)
        if !isShared {
            logger.warning(
                "the archive \(path) is on a network file system: it is this server's alone")
        }
        locks = try SourceLocks(beside: path)
        reader = isShared ? try ReadConnection(path: path) : nil
        do {
            writer = Mutex(try ArchiveWriter(database, locks: locks, keepRuns: keepRuns))
        } catch {
            throw .database(path: path, error)
        }
    }

    /// Whether everything that was to be written was.
    public var isUp: Bool { queue.withLock { $0.isUp && $0.refused.isEmpty } }

    /// Begins to keep a source.
    ///
    /// It waits for no writer: one that the archive doesn't know is made by the archive's thread.
    ///
    /// - Parameter address: by which it is found again: an absolute path, or the address of a key.
    /// - Returns: nil when another server keeps it.
    /// - Throws: ``ArchiveError``.
    package func source(_ address: String) throws(ArchiveError) -> ArchivedSource? {
        guard
            let row = try read({ database throws(SQLiteError) in
                try database.source(address)
            })
        else {
            return ArchivedSource(address, memory: nil, archive: self)
        }
        guard locks.take(row) else {
            refuse([address])
            return nil
        }
        let memory = try read { database throws(SQLiteError) in
            try database.memory(of: row)
        }
        return ArchivedSource(address, memory: memory, archive: self)
    }

    /// Makes a source that the archive doesn't know, at once: before anything is served.
    func register(_ address: String) throws(ArchiveError) {
        do throws(SQLiteError) {
            try writer.withLock { writer throws(SQLiteError) in
                try writer.register(address)
            }
        } catch {
            throw .database(path: path, error)
        }
    }

    private func read<Result: Sendable>(_ body: (Database) throws(SQLiteError) -> Result)
        throws(ArchiveError) -> Result
    {
        if let reader { return try reader.read(body) }
        do throws(SQLiteError) {
            return try writer.withLock { writer throws(SQLiteError) in try body(writer.database) }
        } catch {
            throw .database(path: path, error)
        }
    }

    private func refuse(_ addresses: Set<String>) {
        let new = queue.withLock { queue in
            defer { queue.refused.formUnion(addresses) }
            return addresses.subtracting(queue.refused)
        }
        for address in new.sorted() {
            logger.warning("another server archives \(address): served without the archive")
        }
    }

    /// Reads the runs of a source.
    ///
    /// - Returns: nil when the archive never knew it.
    /// - Throws: ``ArchiveError``.
    public static func reader(path: String, address: String) throws(ArchiveError) -> ArchiveReader?
    {
        let connection = try ReadConnection(path: path)
        let source = try connection.read { database throws(SQLiteError) in
            try database.source(address)
        }
        return source.map { ArchiveReader(connection, source: $0) }
    }

    /// How often something had to be forgotten.
    var losses: Int { queue.withLock(\.losses) }

    func put(_ batch: ArchiveBatch, isUrgent: Bool) {
        let isFirst = queue.withLock { queue in
            if queue.batches.count == Self.limit {
                queue.batches = []
                queue.losses += 1
            }
            queue.batches.append(batch)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isUrgent && queue.withLock(\.isUp) {
            thread.async { self.flush() }
        } else if isFirst {
            schedule(after: Self.delay)
        }
    }

    /// Writes what waits, and returns when that is done, or has failed.
    func drain() {
        thread.sync { flush() }
    }

    private func schedule(after delay: DispatchTimeInterval) {
        thread.asyncAfter(deadline: .now() + delay) { [weak self] in self?.flush() }
    }

    private func flush() {
        let batches = queue.withLock { queue in
            defer { queue.batches = [] }
            queue.isScheduled = false
            return queue.batches
        }
        guard !batches.isEmpty else { return }
        do {
            refuse(
                try writer.withLock { writer throws(SQLiteError) in try writer.write(batches) })
            if queue.withLock({ queue in
                defer { queue.isUp = true }
                return !queue.isUp
            }) {
                logger.info("the archive \(path) is written again")
            }
        } catch {
            failed(error, batches)
        }
    }

    private func failed(_ error: SQLiteError, _ batches: [ArchiveBatch]) {
        let isNew = queue.withLock { queue in
            let waiting = batches + queue.batches
            queue.batches = waiting.count > Self.limit ? [] : waiting
            if queue.batches.isEmpty { queue.losses += 1 }
            queue.isScheduled = true
            defer { queue.isUp = false }
            return queue.isUp
        }
        if isNew {
            logger.warning("the archive \(path) can't be written: \(error); served without it")
        }
        // What is damaged gets worse by being written.
        if error.kind != .broken { schedule(after: Self.retryDelay) }
    }
}
