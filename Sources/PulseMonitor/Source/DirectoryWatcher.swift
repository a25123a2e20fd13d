internal import Glibc
internal import Pulse
internal import Synchronization

/// Waits for changes of one file by watching its directory with inotify(7).
///
/// Only an accelerator: whatever it misses (NFS, a full watch table, an overflow, a directory that
/// was moved away) costs latency and never correctness, because the caller looks at the file after
/// every wait anyway.
package struct DirectoryWatcher: ~Copyable {
    private let directory: String
    private let name: [UInt8]
    private let isEnabled: Bool
    private var inotify: Int32 = -1
    private var watch: Int32 = -1
    /// The directory that is watched, by device and inode.
    private var watched: (dev_t, ino_t)?

    /// What replaces, finishes or removes a file.
    ///
    /// Not `IN_MODIFY`: a file that is still being written in place would be read torn at every
    /// write.
    private static let changes = UInt32(
        IN_MOVED_TO | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)
    /// What ends a watch, or may end it: after these it is set anew.
    private static let endings = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

    package init(file path: String, isEnabled: Bool) {
        let split = SplitPath(path)
        directory = split.directory
        name = Array(split.name.utf8)
        self.isEnabled = isEnabled
    }

    deinit {
        if inotify >= 0 { close(inotify) }
    }

    /// Sets the watch unless it is set on the directory that the path means now.
    ///
    /// A watch is on an inode, and learns nothing of a link in the path that is pointed elsewhere, of
    /// a directory above that is renamed, or of a mount over it. Fails silently: the directory may not
    /// exist yet.
    package mutating func prepare() {
        guard isEnabled else { return }
        let present = Self.identity(of: directory)
        if watch >= 0, present?.0 != watched?.0 || present?.1 != watched?.1 { end() }
        guard watch < 0 else { return }
        watched = present
        if inotify < 0 { inotify = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }
        guard inotify >= 0 else { return }
        watch = unsafe inotify_add_watch(
            inotify, directory, Self.changes | Self.endings | UInt32(IN_ONLYDIR))
    }

    /// Returns when the file changed, when `duration` is over, or when `cancellation` is.
    package mutating func wait(atMost duration: Duration, cancellation: CancellationPipe) {
        let end = ContinuousClock.now + duration
        while true {
            var descriptors = [
                pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
                // poll(2) passes over a negative descriptor.
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(
                &descriptors, nfds_t(descriptors.count), (end - .now).pollTimeout)
            if ready == 0 || cancellation.isCancelled || (ready < 0 && errno != EINTR) { return }
            if ready > 0, drain() { return }
        }
    }

    /// Reads all pending events.
    ///
    /// True when one of them concerns the file.
    private mutating func drain() -> Bool {
        var isConcerned = false
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(inotify, &buffer, buffer.count)
            guard count > 0 else { return isConcerned }
            for event in InotifyEvents(buffer[..<count]) {
                if event.mask & (Self.endings | UInt32(IN_Q_OVERFLOW)) != 0 {
                    if event.mask & UInt32(IN_Q_OVERFLOW) == 0 { forget() }
                    isConcerned = true
                } else if event.name.elementsEqual(name) {
                    isConcerned = true
                }
            }
        }
    }

    /// Begins anew with another instance: an event of the old watch would be taken for one of the next.
    private mutating func end() {
        close(inotify)
        (inotify, watch) = (-1, -1)
    }

    private static func identity(of directory: String) -> (dev_t, ino_t)? {
        var information = stat()
        guard unsafe stat(directory, &information) == 0 else { return nil }
        return (information.st_dev, information.st_ino)
    }

    /// Drops the watch: the path may mean another directory now.
    private mutating func forget() {
        if watch >= 0 { inotify_rm_watch(inotify, watch) }
        watch = -1
    }
}
