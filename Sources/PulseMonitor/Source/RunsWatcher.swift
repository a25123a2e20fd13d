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
    private var inotify = InotifyInstance()
    private var root: Int32 = -1
    private var watched: DirectoryIdentity?
    private var folders: [Int32: SourceName] = [:]
    private var names: Set<SourceName> = []

    init(directory: String, isEnabled: Bool) {
        self.directory = directory
        self.isEnabled = isEnabled
    }

    /// Sets the watch unless it is set on the directory that the path means now.
    ///
    /// - Returns: whether it is new: what happened before wasn't seen.
    mutating func prepare() -> Bool {
        guard isEnabled else { return false }
        let present = DirectoryIdentity(of: directory)
        if root >= 0, present != watched { endAll() }
        guard root < 0 else { return false }
        watched = present
        root = inotify.watch(directory, more: UInt32(IN_CREATE))
        return root >= 0
    }

    /// Watches a folder of the directory, too.
    mutating func watch(folder name: SourceName) {
        guard root >= 0, !names.contains(name) else { return }
        let watch = inotify.watch("\(directory)/\(name)")
        // Without room in the table its file is found at the next poll.
        guard watch >= 0, watch != root else { return }
        folders[watch] = name
        names.insert(name)
    }

    /// Returns when something changed, when `duration` is over, or when `cancellation` is.
    mutating func wait(atMost duration: Duration, cancellation: CancellationPipe) -> Change {
        let end = ContinuousClock.now + duration
        while inotify.wait(until: end, cancellation: cancellation) {
            let change = drain()
            if change != .none { return change }
        }
        return .none
    }

    private mutating func drain() -> Change {
        var events: [InotifyEvents.Event] = []
        inotify.drain { events.append($0) }
        var names: Set<SourceName> = []
        var hasNewFolder = false
        var isAll = false
        for event in events {
            if event.isOverflow {
                isAll = true
            } else if event.isEnding {
                // The path may mean another directory now.
                if let folder = folders.removeValue(forKey: event.watch) {
                    self.names.remove(folder)
                    inotify.remove(event.watch)
                    hasNewFolder = true
                } else if event.watch == root {
                    isAll = true
                }
            } else if let folder = folders[event.watch] {
                if event.name.elementsEqual(RunsListing.statusFile.utf8) { names.insert(folder) }
            } else if event.isDirectory {
                hasNewFolder = true
            } else if let name = RunsListing.source(
                ofFile: String(decoding: event.name, as: UTF8.self))
            {
                names.insert(name)
            }
        }
        if events.contains(where: { $0.isEnding && $0.watch == root }) { endAll() }
        if isAll { return .all }
        return names.isEmpty && !hasNewFolder
            ? .none : .sources(names, hasNewFolder: hasNewFolder)
    }

    private mutating func endAll() {
        inotify.reset()
        root = -1
        folders = [:]
        names = []
    }
}
