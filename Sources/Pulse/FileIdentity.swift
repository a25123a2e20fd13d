/// What `stat` knows about a file's content: when none of it changes, the content hasn't.
///
/// Except for a moment: a file system's clock ticks, and a file that changes twice within a tick
/// and keeps its size looks the same. Git calls such an entry racy (its
/// `Documentation/technical/racy-git`).
package struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// Since 1970, to the nanosecond where the file system is that exact.
    var modified: Duration
    /// When content, name count or mode changed: since 1970.
    ///
    /// A program can't set it back.
    var changed: Duration

    package init(
        device: UInt64, inode: UInt64, size: Int64, modified: Duration, changed: Duration
    ) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// The coarsest clock of a file system in use: FAT counts in two seconds.
    private static let coarsestTick = Duration.seconds(2)

    /// Whether a content read at this time could still change without a trace.
    package func isRacy(at now: Duration) -> Bool {
        max(modified, changed) + Self.coarsestTick >= now
    }
}
