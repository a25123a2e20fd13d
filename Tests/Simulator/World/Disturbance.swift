/// What operators, file systems and clocks do, whatever the trainer does.
package enum Disturbance: Int, Sendable, CaseIterable {
    /// chmod, chown, setfattr, ln, cp -al.
    case changeState
    /// touch: the times of content and state.
    case touch
    /// `cp -p` to another name, and `mv` over the file: the same bytes.
    case copy
    /// A document that the server had accepted comes back: a backup, a relay that repeats.
    case restore
    /// Another inode number for the same file, as FUSE gives after its cache was dropped.
    case changeInode
    /// Unmounted and mounted again: another device.
    case remount
    /// The directory is away for a while.
    case vanish
    /// Nobody may read the file for a while.
    case deny
    /// Every call fails for a while.
    case ioError
    /// A poll doesn't end for a while.
    case hang
    /// `stat` tells what it told before, until the file is opened.
    case cacheAttributes
    /// Clocks are set: the server's, the trainer's, the file system's.
    case setServerClock
    case setTrainerClock
    case setFileClock
    /// SIGSTOP, or a machine that sleeps.
    case pauseServer
    /// The server is killed, or ended, and started again.
    case killServer
    /// The disk of the archive is full, or away, for a while.
    case failArchive
}
