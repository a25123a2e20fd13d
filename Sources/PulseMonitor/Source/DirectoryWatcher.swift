internal import Pulse

/// Waits for changes of one file by watching its directory with inotify(7).
///
/// Only an accelerator: whatever it misses (NFS, a full watch table, an overflow, a directory that
/// was moved away) costs latency and never correctness, because the caller looks at the file after
/// every wait anyway.
package struct DirectoryWatcher: ~Copyable {
    private let directory: String
    private let name: [UInt8]
    private let isEnabled: Bool
    private var inotify = InotifyInstance()
    private var watch: Int32 = -1
    private var watched: DirectoryIdentity?

    package init(file path: String, isEnabled: Bool) {
        let split = SplitPath(path)
        directory = split.directory
        name = Array(split.name.utf8)
        self.isEnabled = isEnabled
    }

    /// Sets the watch unless it is set on the directory that the path means now.
    ///
    /// A watch is on an inode, and learns nothing of a link in the path that is pointed elsewhere, of
    /// a directory above that is renamed, or of a mount over it. Fails silently: the directory may not
    /// exist yet.
    package mutating func prepare() {
        guard isEnabled else { return }
        let present = DirectoryIdentity(of: directory)
        if watch >= 0, present != watched {
            inotify.reset()
            watch = -1
        }
        guard watch < 0 else { return }
        watched = present
        watch = inotify.watch(directory)
    }

    /// Returns when the file changed, when `duration` is over, or when `cancellation` is.
    package mutating func wait(atMost duration: Duration, cancellation: CancellationPipe) {
        let end = ContinuousClock.now + duration
        while inotify.wait(until: end, cancellation: cancellation) {
            if drain() { return }
        }
    }

    /// Reads all pending events.
    ///
    /// True when one of them concerns the file.
    private mutating func drain() -> Bool {
        var isConcerned = false
        var hasEnded = false
        inotify.drain { event in
            hasEnded = hasEnded || event.isEnding
            isConcerned =
                isConcerned || event.isEnding || event.isOverflow || event.name.elementsEqual(name)
        }
        if hasEnded {
            // The path may mean another directory now.
            inotify.remove(watch)
            watch = -1
        }
        return isConcerned
    }
}

/// Which directory a path means.
struct DirectoryIdentity: Equatable {
    private let device: UInt64
    private let inode: UInt64

    /// nil when there is none.
    init?(of path: String) {
        guard let status = try? Syscalls.system.stat(path) else { return nil }
        (device, inode) = (status.device, status.inode)
    }
}
