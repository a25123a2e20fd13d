internal import Glibc

/// Observes how a file is written: replaced as a whole, or changed in place.
///
/// The file is held open meanwhile. That keeps its inode, so that a new file can't get the same
/// number and pass for the old one.
struct WriterObserver: ~Copyable {
    private let path: String
    private var held: Int32 = -1
    private var seen = stat()
    /// Of the file before: one that can't be opened has one all the same.
    private var mode: mode_t = 0
    private(set) var writes = WriteFacts()

    /// Short enough for a writer of twenty states a second, and no load.
    static let interval = Duration.milliseconds(20)

    init(path: String) {
        self.path = path
        hold()
        mode = seen.st_mode
    }

    deinit {
        if held >= 0 { close(held) }
    }

    /// Polls the file once; to be called every ``interval``.
    mutating func poll() {
        var current = stat()
        guard unsafe stat(path, &current) == 0 else { return }
        guard held >= 0 else {
            // The first file that is seen may be new, and how it came to be is not known.
            mode = current.st_mode
            hold()
            return
        }
        if current.st_ino != seen.st_ino || current.st_dev != seen.st_dev {
            writes.replacements += 1
            if Self.isForOthers(mode), !Self.isForOthers(current.st_mode) {
                writes.losesReaders = true
            }
            hold()
        } else if Self.isChanged(current, since: seen) {
            writes.changesInPlace += 1
            seen = current
        }
        mode = current.st_mode
    }

    mutating func end(after duration: Duration) {
        writes.observed = duration
    }

    /// Whether more than the owner may read.
    private static func isForOthers(_ mode: mode_t) -> Bool { mode & 0o044 != 0 }

    private static func isChanged(_ current: stat, since seen: stat) -> Bool {
        current.st_size != seen.st_size || current.st_mtim.tv_sec != seen.st_mtim.tv_sec
            || current.st_mtim.tv_nsec != seen.st_mtim.tv_nsec
    }

    private mutating func hold() {
        if held >= 0 { close(held) }
        // Not even a FIFO without a writer makes this wait.
        held = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        if held >= 0, unsafe fstat(held, &seen) != 0 { seen = stat() }
    }
}
