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
    }

    /// Its path.
    public let path: String
    private let queue = Mutex(Queue())
    private let thread = DispatchQueue(label: "pulse.archive")
    private let writer: Mutex<ArchiveWriter>
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
        do {
            writer = Mutex(try ArchiveWriter(database, keepRuns: keepRuns))
        } catch {
            throw .database(path: path, error)
        }
    }

    /// Whether everything that was to be written was.
    public var isUp: Bool { queue.withLock(\.isUp) }

    /// Begins to keep a source.
    ///
    /// - Parameter address: by which it is found again: an absolute path, or the address of a key.
    /// - Returns: nil when another server keeps it.
    /// - Throws: ``ArchiveError``.
    package func source(_ address: String, name: SourceName) throws(ArchiveError)
        -> ArchivedSource?
    {
        do {
            let source = try writer.withLock { writer throws(SQLiteError) in
                try writer.source(address, name: name.description)
            }
            guard locks.take(source) else { return nil }
            let memory = try writer.withLock { writer throws(SQLiteError) in
                try writer.memory(of: source)
            }
            return ArchivedSource(source, memory: memory, archive: self)
        } catch {
            throw .database(path: path, error)
        }
    }

    /// Reads the runs of a source.
    ///
    /// - Returns: nil when the archive never knew it.
    /// - Throws: ``ArchiveError``.
    public static func reader(path: String, address: String) throws(ArchiveError) -> ArchiveReader?
    {
        do {
            let database = try Database(path: path, .read)
            guard
                let source = try database.first(
                    "SELECT id FROM source WHERE address = ?", .text(address),
                    row: { $0.integer(0) })
            else { return nil }
            return ArchiveReader(database, source: source)
        } catch {
            throw .database(path: path, error)
        }
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
        if isUrgent && isUp {
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
            try writer.withLock { writer throws(SQLiteError) in try writer.write(batches) }
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
