internal import Glibc
internal import Pulse

/// Waits for changes in a runs directory and its folders, with one instance of inotify(7) for all.
///
/// Only an accelerator, as ``DirectoryWatcher`` is: whatever it misses costs latency and never
/// correctness.
struct RunsWatcher: ~Copyable {
    /// What has changed during a wait.
    enum Change: Equatable {
        /// Nothing that is known of.
        case none
        /// These sources' files, and perhaps a folder that is new.
        case sources(Set<SourceName>, hasNewFolder: Bool)
        /// Anything may have.
        case all
    }

    private let directory: String
    private let isEnabled: Bool
    private var inotify: Int32 = -1
    private var root: Int32 = -1
    private var folders: [Int32: SourceName] = [:]
    private var watched: Set<SourceName> = []

    private static let changes = UInt32(
        IN_MOVED_TO | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)
    private static let endings = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

    init(directory: String, isEnabled: Bool) {
        self.directory = directory
        self.isEnabled = isEnabled
    }

    deinit {
        if inotify >= 0 { close(inotify) }
    }

    /// Sets the watch of the directory unless it is set.
    ///
    /// - Returns: whether it is new: what happened before wasn't seen.
    mutating func prepare() -> Bool {
        guard isEnabled, root < 0 else { return false }
        if inotify < 0 { inotify = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }
        guard inotify >= 0 else { return false }
        root = add(directory, UInt32(IN_CREATE))
        return root >= 0
    }

    /// Watches a folder of the directory, too.
    mutating func watch(folder name: SourceName) {
        guard root >= 0, !watched.contains(name) else { return }
        let watch = add("\(directory)/\(name)", 0)
        // Without room in the table its file is found at the next poll.
        guard watch >= 0, watch != root else { return }
        folders[watch] = name
        watched.insert(name)
    }

    private func add(_ path: String, _ more: UInt32) -> Int32 {
        unsafe inotify_add_watch(
            inotify, path, Self.changes | Self.endings | more | UInt32(IN_ONLYDIR))
    }

    /// Returns when something changed, when `duration` is over, or when `cancellation` is.
    mutating func wait(atMost duration: Duration, cancellation: CancellationPipe) -> Change {
        let end = ContinuousClock.now + duration
        while true {
            var descriptors = [
                pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(
                &descriptors, nfds_t(descriptors.count), (end - .now).pollTimeout)
            if ready == 0 || cancellation.isCancelled || (ready < 0 && errno != EINTR) {
                return .none
            }
            guard ready > 0 else { continue }
            let change = drain()
            if change != .none { return change }
        }
    }

    private mutating func drain() -> Change {
        var names: Set<SourceName> = []
        var hasNewFolder = false
        var isAll = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(inotify, &buffer, buffer.count)
            guard count > 0 else { break }
            for event in InotifyEvents(buffer[..<count]) {
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                    isAll = true
                } else if event.mask & Self.endings != 0 {
                    end(event.watch)
                    isAll = isAll || event.watch == root || root < 0
                    hasNewFolder = true
                } else if let folder = folders[event.watch] {
                    if event.name.elementsEqual(RunsListing.statusFile.utf8) {
                        names.insert(folder)
                    }
                } else if event.mask & UInt32(IN_ISDIR) != 0 {
                    hasNewFolder = true
                } else if let name = RunsListing.source(
                    ofFile: String(decoding: event.name, as: UTF8.self))
                {
                    names.insert(name)
                }
            }
        }
        if isAll { return .all }
        return names.isEmpty && !hasNewFolder
            ? .none : .sources(names, hasNewFolder: hasNewFolder)
    }

    /// Drops a watch: the path may mean another directory now.
    private mutating func end(_ watch: Int32) {
        if watch == root {
            for watch in folders.keys { inotify_rm_watch(inotify, watch) }
            folders = [:]
            watched = []
            inotify_rm_watch(inotify, root)
            root = -1
        } else if let name = folders.removeValue(forKey: watch) {
            inotify_rm_watch(inotify, watch)
            watched.remove(name)
        }
    }
}
