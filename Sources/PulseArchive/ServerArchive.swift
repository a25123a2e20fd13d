public import Logging
public import PulseMonitor
internal import SQLite

/// What one server keeps in the archive: its own sources, and no others.
public final class ServerArchive: RunArchive {
    private let archive: Archive
    private let scope: SourceScope
    private let logger: Logger

    /// - Parameters:
    ///   - scope: the server's sources.
    ///   - logger: is told when a source can't be kept.
    /// - Throws: ``ArchiveError``.
    public init(_ archive: Archive, scope: SourceScope, logger: Logger) throws(ArchiveError) {
        // Of two servers of the same source the one that was started first keeps it.
        if case .one(let address) = scope { try archive.register(address) }
        self.archive = archive
        self.scope = scope
        self.logger = logger
    }

    package var isUp: Bool { archive.isUp }

    package func keeper(of name: SourceName, label: String) -> (any RunKeeper)? {
        let address = scope.address(of: label)
        do throws(ArchiveError) {
            return try archive.source(address)
        } catch {
            logger.warning("\(address) isn't archived: \(error)")
            return nil
        }
    }

    package func close() async {
        await BlockingThread.run("pulse.archive.close") { [archive] in archive.drain() }
    }
}
