internal import Glibc
internal import Pulse
internal import Synchronization

/// The status file as a source: polled every poll interval, and at once when its directory changes.
///
/// Blocking calls have a thread of their own here, so a file system that hangs stops neither the
/// server nor the clock that notices it.
public final class FileSource: StatusSource {
    /// The file's last path component.
    public let label: String
    /// What it was given, or from the path: its stem, or the folder of a `status.json`.
    public let name: SourceName
    private let state: Mutex<FilePoll>
    private let path: String
    private let pollInterval: Duration
    private let watches: Bool

    /// - Parameters:
    ///   - path: the status file; it need not exist.
    ///   - name: what its runs are called; nil calls them after the path.
    ///   - pollInterval: how often it is polled.
    ///   - watches: whether inotify wakes the poll. Without it updates arrive within the poll
    ///     interval.
    public init(
        path: String, name: SourceName? = nil, pollInterval: Duration = .seconds(2),
        watches: Bool = true
    ) {
        self.path = path
        self.pollInterval = pollInterval
        self.watches = watches
        let file = SplitPath(path).name
        label = file.isEmpty ? path : file
        self.name =
            name
            ?? SourceName(file: path.hasPrefix("/") ? path : Self.workingDirectory + "/" + path)
        state = Mutex(FilePoll(reader: StatusFileReader(path: path), pollInterval: pollInterval))
    }

    /// Polls once.
    public func poll() -> SourceDelivery {
        state.withLock { $0.next(at: ContinuousClock.now - Self.origin) }
    }

    /// Polls until the task is cancelled, on a thread of its own.
    public func run(deliver: @escaping @Sendable (SourceDelivery) -> Void) async {
        await BlockingThread.run(
            "pulse.source", untilCancelled: { self.loop(until: $0, deliver: deliver) })
    }

    private func loop(until cancellation: CancellationPipe, deliver: (SourceDelivery) -> Void) {
        var watcher = DirectoryWatcher(file: path, isEnabled: watches)
        while !cancellation.isCancelled {
            // Watching starts before the poll: a change in between is seen at the next wait.
            watcher.prepare()
            let delivery = poll()
            deliver(delivery)
            watcher.wait(atMost: delivery.nextWithin, cancellation: cancellation)
        }
    }

    private static let origin = ContinuousClock.now

    private static var workingDirectory: String {
        guard let path = unsafe getcwd(nil, 0) else { return "" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
