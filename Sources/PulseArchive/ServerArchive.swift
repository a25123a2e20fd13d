public import Logging
public import PulseMonitor
internal import SQLite
internal import Synchronization

/// What one server keeps in the archive: its own sources, and no others.
public final class ServerArchive: RunArchive {
    private let archive: Archive
    private let logger: Logger
    /// The addresses of sources that are followed: their newest runs are current ones.
    private let followed = Mutex<Set<String>>([])

    /// - Parameter logger: is told when a source can't be kept.
    /// - Throws: ``ArchiveError``.
    public init(_ archive: Archive, logger: Logger) throws(ArchiveError) {
        // Of two servers of the same source the one that was started first keeps it.
        if case .one(let address) = archive.scope { try archive.register(address) }
        try archive.resumeTelling()
        self.archive = archive
        self.logger = logger
    }

    package var isUp: Bool { archive.isUp }

    package func keeper(of name: SourceName, label: String) -> (any RunKeeper)? {
        let address = archive.scope.address(of: label)
        followed.withLock { _ = $0.insert(address) }
        do throws(ArchiveError) {
            let source = try ArchiveError.tryingTwice { () throws(ArchiveError) in
                try archive.source(address)
            }
            // Its newest run was among those that are over, as long as nobody followed it.
            if source.memory != nil { archive.noteChange() }
            return source
        } catch {
            logger.warning("\(address) isn't archived: \(error)")
            return nil
        }
    }

    package func begun() {
        archive.begun()
    }

    package func follow(_ changed: @escaping @Sendable (ArchivedRuns) -> Void) {
        archive.follow { [weak self] in
            if let runs = self?.earlierRuns { changed(runs) }
        }
    }

    package func curve(of run: ArchivedRun) -> RunHistory? {
        try? archive.read { database throws(SQLiteError) in try database.curve(of: run.row) }
    }

    package func close() async {
        await BlockingThread.run("pulse.archive.close") { [archive] in archive.drain() }
    }

    /// The runs that are over; nil when they can't be read.
    private var earlierRuns: ArchivedRuns? {
        let known = try? archive.read { [scope = archive.scope] database throws(SQLiteError) in
            try database.runs(of: scope)
        }
        guard let known else { return nil }
        let followed = followed.withLock { $0 }
        return ArchivedRuns(
            known.runs.filter { !$0.isNewest || !followed.contains($0.address) },
            aliases: known.aliases)
    }
}
