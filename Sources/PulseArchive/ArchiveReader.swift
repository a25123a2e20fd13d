public import PulseMonitor
internal import SQLite

/// Reads an archive, also while servers write it.
public final class ArchiveReader: Sendable {
    private let connection: ReadConnection

    /// - Throws: ``ArchiveError``.
    public init(path: String) throws(ArchiveError) {
        connection = try ReadConnection(path: path)
    }

    /// The runs of some sources, newest start first, and their other names.
    ///
    /// - Parameter scope: whose runs; nil for all.
    /// - Throws: ``ArchiveError``.
    public func runs(of scope: SourceScope? = nil) throws(ArchiveError) -> ArchivedRuns {
        try connection.read { database throws(SQLiteError) in try database.runs(of: scope) }
    }

    /// The curve of a run, as its attempts wrote it and without what a resume has cut off.
    ///
    /// - Throws: ``ArchiveError``.
    public func curve(of run: ArchivedRun) throws(ArchiveError) -> RunHistory {
        try connection.read { database throws(SQLiteError) in try database.curve(of: run.row) }
    }
}
