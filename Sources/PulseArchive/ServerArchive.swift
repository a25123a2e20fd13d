internal import Dispatch
public import Logging
public import PulseMonitor
internal import SQLite
internal import Synchronization

/// What one server keeps in the archive: its own sources, and no others.
///
/// An archive that can't be opened yet is opened as soon as it can be: ``keeper(of:label:)`` gives
/// nothing until then.
public final class ServerArchive: RunArchive {
    private struct State {
        /// nil until it could be opened.
        var archive: Archive?
        /// Whether some source isn't kept that should be.
        var waits = false
        var hasBegun = false
        var isClosed = false
        /// The addresses of sources that are followed: their newest runs are current ones.
        var followed: Set<String> = []
        /// Is told of the runs that are over.
        var changed: (@Sendable (ArchivedRuns) -> Void)?
        /// What was said last of the file, and of each source.
        var failure: ArchiveError?
        var failures: [String: ArchiveError] = [:]
    }

    private let open: @Sendable () throws(ArchiveError) -> Archive
    private let opened: @Sendable (Archive) -> Void
    private let logger: Logger
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "pulse.archive.open")

    /// How soon it is tried again to open it.
    private static let retryDelay = DispatchTimeInterval.seconds(2)

    /// - Parameters:
    ///   - open: opens the archive, or says why that can't be.
    ///   - opened: is called once with the archive, before anything of it is told.
    ///   - logger: is told when the archive can't be had, and when it can again.
    /// - Throws: ``ArchiveError`` where waiting can't help.
    public init(
        open: @escaping @Sendable () throws(ArchiveError) -> Archive,
        opened: @escaping @Sendable (Archive) -> Void = { _ in }, logger: Logger
    ) throws(ArchiveError) {
        self.open = open
        self.opened = opened
        self.logger = logger
        try tryOpening()
    }

    /// - Throws: ``ArchiveError`` where waiting can't help.
    private func tryOpening() throws(ArchiveError) {
        do throws(ArchiveError) {
            take(
                try ArchiveError.tryingTwice { () throws(ArchiveError) in
                    let archive = try open()
                    // Of two servers of the same source the one that was started first keeps it.
                    if case .one(let address) = archive.scope { try archive.register(address) }
                    return archive
                })
        } catch {
            guard error.mayPass else { throw error }
            let isNew = state.withLock { state in
                defer { (state.failure, state.waits) = (error, true) }
                return state.failure != error
            }
            if isNew {
                logger.warning("no archive: \(error); served without it until it can be opened")
            }
            thread.asyncAfter(deadline: .now() + Self.retryDelay) { [weak self] in self?.retry() }
        }
    }

    private func retry() {
        guard !state.withLock(\.isClosed) else { return }
        do throws(ArchiveError) {
            try tryOpening()
        } catch {
            logger.warning("no archive: \(error)")
        }
    }

    private func take(_ archive: Archive) {
        opened(archive)
        // What can't be read now is tried again when others are looked after.
        try? archive.resumeTelling()
        let (changed, isLate) = state.withLock { state in
            state.archive = archive
            return (state.changed, state.failure != nil)
        }
        if isLate {
            logger.info("the archive \(archive.path) is open: what was seen until now is kept")
        }
        if let changed { follow(archive, changed) }
    }

    package var isUp: Bool {
        state.withLock { $0.waits ? nil : $0.archive }?.isUp == true
    }

    package func keeper(of name: SourceName, label: String) -> (any RunKeeper)? {
        guard let archive = state.withLock(\.archive) else { return nil }
        let address = archive.scope.address(of: label)
        state.withLock { _ = $0.followed.insert(address) }
        do throws(ArchiveError) {
            let source = try ArchiveError.tryingTwice { () throws(ArchiveError) in
                try archive.source(address)
            }
            // Its newest run was among those that are over, as long as nobody followed it.
            if source.memory != nil { archive.noteChange() }
            return source
        } catch {
            let isNew = state.withLock { state in
                state.waits = true
                return state.failures.updateValue(error, forKey: address) != error
            }
            if isNew { logger.warning("\(address) isn't archived yet: \(error)") }
            return nil
        }
    }

    package func begun() {
        let archive = state.withLock { state -> Archive? in
            guard let archive = state.archive else { return nil }
            (state.waits, state.failures) = (false, [:])
            defer { state.hasBegun = true }
            return state.hasBegun ? nil : archive
        }
        archive?.begun()
    }

    package func follow(_ changed: @escaping @Sendable (ArchivedRuns) -> Void) {
        let archive = state.withLock { state in
            state.changed = changed
            return state.archive
        }
        if let archive { follow(archive, changed) }
    }

    private func follow(
        _ archive: Archive, _ changed: @escaping @Sendable (ArchivedRuns) -> Void
    ) {
        archive.follow { [weak self] in
            if let runs = self?.earlierRuns(in: archive) { changed(runs) }
        }
    }

    package func curve(of run: ArchivedRun) -> RunHistory? {
        let archive = state.withLock(\.archive)
        return try? archive?.read { database throws(SQLiteError) in
            try database.curve(of: run.row)
        }
    }

    package func close() async {
        let archive = state.withLock { state in
            state.isClosed = true
            return state.archive
        }
        guard let archive else { return }
        await BlockingThread.run("pulse.archive.close") { archive.drain() }
    }

    /// The runs that are over; nil when they can't be read.
    private func earlierRuns(in archive: Archive) -> ArchivedRuns? {
        let known = try? archive.read { [scope = archive.scope] database throws(SQLiteError) in
            try database.runs(of: scope)
        }
        guard let known else { return nil }
        let followed = state.withLock(\.followed)
        return ArchivedRuns(
            known.runs.filter { !$0.isNewest || !followed.contains($0.address) },
            aliases: known.aliases)
    }
}
