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
    /// Its path.
    public let path: String
    /// The sources of the server.
    let scope: SourceScope
    private let queue = Mutex(ArchiveQueue())
    private let thread = DispatchQueue(label: "pulse.archive")
    private let writer: Mutex<ArchiveWriter>
    /// A connection of its own, so that nobody who reads waits for whoever writes; nil where the
    /// file is one connection's alone.
    private let reader: ReadConnection?
    private let locks: SourceLocks
    /// Whether the server before this one told of all that it found.
    private let hasTold: Bool
    /// The addresses of sources of which is told what was left to be: what is to be told of them from
    /// there on is this server's.
    private let resumed = Mutex<Set<String>>([])
    private let teller: (any TransitionTeller)?
    private let logger: Logger

    /// Points may wait so long for others, to be committed with them.
    private static let delay = DispatchTimeInterval.milliseconds(500)
    /// How soon a write that failed is tried again.
    private static let retryDelay = DispatchTimeInterval.seconds(5)
    /// How soon it is noticed what other processes have deleted, and that another server has ended.
    private static let foreignInterval = DispatchTimeInterval.seconds(2)

    /// Opens the archive, and makes it when it isn't there.
    ///
    /// - Parameters:
    ///   - path: on a disk of this machine.
    ///   - scope: the sources of this server.
    ///   - retention: what of their runs is kept.
    ///   - teller: tells of transitions, which are kept until it has; nil where nobody does.
    ///   - logger: is told when writing fails, and when it works again.
    /// - Throws: ``ArchiveError``.
    package init(
        path: String, scope: SourceScope, retention: Retention = Retention(),
        teller: (any TransitionTeller)? = nil, logger: Logger
    ) throws(ArchiveError) {
        self.path = path
        self.scope = scope
        self.teller = teller
        self.logger = logger
        let (database, isShared) = try ArchiveFile.open(path)
        if !isShared {
            logger.warning(
                "the archive \(path) is on a network file system: it is this server's alone")
        }
        locks = try SourceLocks(beside: path)
        reader = isShared ? try ReadConnection(besideWriterOf: path) : nil
        do throws(SQLiteError) {
            hasTold =
                if let place = scope.place { try database.tells(ofPlace: place) } else { false }
            writer = Mutex(
                try ArchiveWriter(database, locks: locks, scope: scope, retention: retention))
        } catch {
            throw .database(path: path, error)
        }
    }

    /// Whether everything that was to be written was.
    public var isUp: Bool { queue.withLock { $0.isUp && $0.refused.isEmpty } }

    /// Begins to keep a source.
    ///
    /// It waits for no writer: one that the archive doesn't know is made by the archive's thread. What
    /// another server writes is only read, until that one has ended.
    ///
    /// - Parameter address: by which it is found again: an absolute path, or the address of a key.
    /// - Throws: ``ArchiveError``.
    package func source(_ address: String) throws(ArchiveError) -> ArchivedSource {
        let row = try read { database throws(SQLiteError) in try database.source(address) }
        guard let row else {
            resumed.withLock { _ = $0.insert(address) }
            return ArchivedSource(
                address, memory: nil, tells: teller != nil, hasTold: hasTold, archive: self)
        }
        if !locks.take(row) { refuse([address]) }
        let (memory, hasTold) = try read { database throws(SQLiteError) in
            try database.snapshot { () throws(SQLiteError) in
                (try database.memory(of: row), try database.tells(of: row))
            }
        }
        if !isRefused(address) { try resumeTelling(of: row, address) }
        return ArchivedSource(
            address, memory: memory, tells: teller != nil,
            hasTold: memory == nil ? self.hasTold : hasTold, archive: self)
    }

    /// Goes on telling what servers that have ended left, also of sources that are gone.
    ///
    /// - Throws: ``ArchiveError``.
    func resumeTelling() throws(ArchiveError) {
        guard teller != nil else { return }
        let left = try read { [scope] database throws(SQLiteError) in
            try database.sourcesToTell(of: scope)
        }
        for source in left where locks.take(source.row) {
            try resumeTelling(of: source.row, source.address)
        }
    }

    /// The same of one source, once.
    private func resumeTelling(of source: Int64, _ address: String) throws(ArchiveError) {
        guard let teller, !resumed.withLock({ $0.contains(address) }) else { return }
        let waiting = try read { database throws(SQLiteError) in
            try database.waiting(of: source)
        }
        if resumed.withLock({ $0.insert(address).inserted }) { teller.resume(waiting) }
    }

    /// The server has begun with all sources that were there.
    func begun() {
        // Where another server keeps them, that one says who tells.
        guard queue.withLock(\.refused.isEmpty) else { return }
        put(isUrgent: false, then: nil) { [tells = teller != nil] in $0.tells = tells }
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

    func read<Result: Sendable>(_ body: (Database) throws(SQLiteError) -> Result)
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
        resumed.withLock { $0.subtract(new) }
        for address in new.sorted() {
            let telling = teller == nil ? "" : ", and told of here as well, under ids of its own"
            logger.warning(
                "another server archives \(address): served without the archive until that has ended\(telling)"
            )
        }
    }

    /// Whether another server keeps a source.
    func isRefused(_ address: String) -> Bool { queue.withLock { $0.refused.contains(address) } }

    /// Keeps what other servers have kept that have ended, and tells what they left.
    private func takeOver() {
        let refused = queue.withLock(\.refused)
        let free = writer.withLock { writer in
            refused.filter { (try? writer.takeOver($0)) == true }
        }
        // Before anything of them is written here.
        try? resumeTelling()
        guard !free.isEmpty else { return }
        queue.withLock { queue in
            queue.refused.subtract(free)
            queue.losses += 1
        }
        for address in free.sorted() {
            logger.info("the server that archived \(address) has ended: archived here")
        }
    }

    /// Tells without keeping it what happens to a source that another server keeps.
    func tell(_ notices: [TransitionNotice], of events: [RunEvent]) {
        teller?.tell(notices, of: events)
    }

    /// How often something had to be forgotten.
    var losses: Int { queue.withLock(\.losses) }

    /// Calls back on the archive's thread, now and whenever runs have begun, ended or gone.
    func follow(_ changed: @escaping @Sendable () -> Void) {
        queue.withLock { $0.changed = changed }
        thread.sync { changed() }
        watchOthers(after: runsSeen)
    }

    /// Looks now and then whether another process has deleted runs, or has ended.
    private func watchOthers(after known: String?) {
        thread.asyncAfter(deadline: .now() + Self.foreignInterval) { [weak self] in
            guard let self else { return }
            takeOver()
            let seen = runsSeen
            if seen != known { queue.withLock(\.changed)?() }
            watchOthers(after: seen)
        }
    }

    /// Tells one set of runs from another, whatever comes and goes in between; nil while that can't be
    /// read.
    private var runsSeen: String? {
        try? read { database throws(SQLiteError) in
            try database.first("SELECT count(*) || ' ' || total(id) FROM run") { $0.text(0) } ?? ""
        }
    }

    /// Has those who follow look again.
    func noteChange() {
        thread.async { [weak self] in self?.queue.withLock(\.changed)?() }
    }

    func put(_ batch: ArchiveBatch, isUrgent: Bool) {
        guard let teller, !batch.notices.isEmpty || batch.events.contains(where: \.isJoin) else {
            return put(isUrgent: isUrgent, then: nil) { $0.batches.append(batch) }
        }
        put(isUrgent: isUrgent, then: { teller.tell(batch.notices, of: batch.events) }) {
            $0.batches.append(batch)
        }
    }

    /// - Parameter then: what goes on once it is written, or can't be.
    private func put(
        isUrgent: Bool, then next: (@Sendable () -> Void)?, _ change: (inout ArchiveQueue) -> Void
    ) {
        let (isFirst, isUp, waiting) = queue.withLock { queue in
            if let next { queue.waiting.append(next) }
            // Nobody waits for what is away, or forgotten.
            let waiting = queue.isUp && !queue.isFull ? [] : queue.takeWaiting()
            if queue.isFull {
                queue.empty()
                queue.losses += 1
            }
            change(&queue)
            defer { queue.isScheduled = true }
            return (!queue.isScheduled, queue.isUp, waiting)
        }
        for next in waiting { next() }
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
        let taken = queue.withLock { queue in
            let taken = queue
            queue.empty()
            queue.waiting = []
            queue.tells = nil
            queue.isScheduled = false
            return taken
        }
        guard !taken.isEmpty else { return }
        defer { for next in taken.waiting { next() } }
        do {
            refuse(
                try writer.withLock { writer throws(SQLiteError) in
                    try writer.write(taken.batches, taken.changes, tells: taken.tells)
                })
            if queue.withLock({ queue in
                defer { queue.isUp = true }
                return !queue.isUp
            }) {
                logger.info("the archive \(path) is written again")
            }
            if !writer.withLock(\.isRetaining) { retain() }
            if taken.batches.contains(where: \.changesRuns) { queue.withLock(\.changed)?() }
        } catch {
            failed(error, taken)
        }
    }

    /// Removes what isn't to be kept, in portions.
    private func retain() {
        let hasMore = try? writer.withLock { writer throws(SQLiteError) in try writer.retain() }
        if hasMore == true { thread.async { [weak self] in self?.retain() } }
    }

    private func failed(_ error: SQLiteError, _ taken: ArchiveQueue) {
        let (isNew, waiting) = queue.withLock { queue in
            queue.batches = taken.batches + queue.batches
            queue.changes = taken.changes + queue.changes
            queue.tells = queue.tells ?? taken.tells
            if queue.isFull {
                queue.empty()
                queue.losses += 1
            }
            queue.isScheduled = true
            defer { queue.isUp = false }
            return (queue.isUp, queue.takeWaiting())
        }
        for next in waiting { next() }
        if isNew {
            logger.warning("the archive \(path) can't be written: \(error); served without it")
        }
        // What is damaged gets worse by being written; SQLite says the same of one read that fails.
        if error.kind != .broken || isNew { schedule(after: Self.retryDelay) }
    }
}

extension Archive: OutboxStore {
    package func keep(_ changes: [OutboxChange]) async {
        await withCheckedContinuation { (kept: CheckedContinuation<Void, Never>) in
            put(isUrgent: true, then: { kept.resume() }) { $0.changes += changes }
        }
    }
}
