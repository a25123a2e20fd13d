internal import Dispatch
internal import Pulse
internal import Synchronization

/// A directory of status files as sources: every `NAME.json`, and every `NAME/status.json`.
///
/// One thread and one instance of inotify(7) for all of them. A file that hangs holds up no other:
/// another thread takes over, and leaves that file to the one that hangs in it.
public final class DirectorySource: RunsSource {
    private struct Worker {
        /// Counts the threads: the newest polls, the others hang.
        var generation = 0
        /// Since when the newest has been in one file; nil while it is in none.
        var busySince: Duration?

        /// Whether it has been in one file for so long.
        func isBusy(for duration: Duration) -> Bool {
            busySince.map { DirectorySource.now() - $0 > duration } ?? false
        }
    }

    private let files: DirectoryPoll
    private let pollInterval: Duration
    private let watches: Bool
    private let worker = Mutex(Worker())
    private let undelivered = Undelivered()

    /// A file that takes longer hangs.
    private static let timeout = Duration.seconds(3)
    private static let startTimeout = Duration.seconds(10)
    /// Threads that may hang, each in a file.
    private static let hangingLimit = 16
    /// Files that are polled before what was found is delivered.
    private static let batch = 256

    /// - Parameters:
    ///   - path: the directory; it need not exist yet.
    ///   - pollInterval: how often each file is polled.
    ///   - watches: whether inotify wakes the poll.
    ///   - limit: files at most; those beyond are counted.
    public init(
        path: String, pollInterval: Duration = .seconds(2), watches: Bool = true,
        limit: Int = 10_000
    ) {
        files = DirectoryPoll(directory: path, pollInterval: pollInterval, limit: limit)
        self.pollInterval = pollInterval
        self.watches = watches
    }

    /// Polls all; what hangs is left behind.
    public func poll() -> RunsDelivery {
        let found = Found()
        let isDone = DispatchSemaphore(value: 0)
        BlockingThread.start("pulse.source") {
            _ = self.pollAll(isAsked: true, generation: 0) { found.add($0) }
            isDone.signal()
        }
        // A start may take longer than what is taken for hanging later: nobody waits for others yet.
        while isDone.wait(timeout: .now() + .milliseconds(100)) == .timedOut,
            !worker.withLock({ $0.isBusy(for: Self.startTimeout) })
        {}
        undelivered.flush { found.add($0) }
        return found.delivery
    }

    /// The files that a poll is in, by their paths from the directory on: after a poll, those that hang.
    package var busyFiles: [String] { files.all.filter(\.isBusy).map(\.label).sorted() }

    /// Polls until the task is cancelled.
    ///
    /// It doesn't wait for threads that hang.
    public func run(deliver: @escaping @Sendable (RunsDelivery) -> Void) async {
        let cancellation = CancellationPipe()
        start(1, until: cancellation, deliver)
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            if let generation = nextGeneration() {
                start(generation, until: cancellation, deliver)
            }
        }
        cancellation.cancel()
    }

    private func start(
        _ generation: Int, until cancellation: CancellationPipe,
        _ deliver: @escaping @Sendable (RunsDelivery) -> Void
    ) {
        worker.withLock { $0 = Worker(generation: generation) }
        BlockingThread.start("pulse.source") {
            self.loop(generation, until: cancellation, deliver: deliver)
        }
    }

    /// The number of a thread that is to take over; nil while none has to.
    private func nextGeneration() -> Int? {
        worker.withLock { worker in
            guard worker.isBusy(for: Self.timeout), worker.generation <= Self.hangingLimit else {
                return nil
            }
            return worker.generation + 1
        }
    }

    private func loop(
        _ generation: Int, until cancellation: CancellationPipe,
        deliver: (RunsDelivery) -> Void
    ) {
        var watcher = RunsWatcher(directory: files.directory, isEnabled: watches)
        var change = RunsWatcher.Change.all
        var nextPass = Self.now()
        // Those whose writers were at work at their newest poll.
        var early: [PolledFile] = []
        while !cancellation.isCancelled, isNewest(generation) {
            // Watching starts before the poll: a change in between is seen at the next wait.
            if watcher.prepare() { change = .all }
            if change == .all || Self.now() >= nextPass {
                nextPass = Self.now() + pollInterval
                early = pollAll(isAsked: change == .all, generation: generation, deliver)
                for folder in files.folders { watcher.watch(folder: folder) }
            } else if case .sources(let names, let hasNewFolder) = change {
                if hasNewFolder {
                    deliver(RunsDelivery(files.list(isAsked: true, at: Self.now)))
                    for folder in files.folders { watcher.watch(folder: folder) }
                }
                // A folder may have come with its file.
                let new = hasNewFolder ? files.unpolled : []
                early += poll(files.files(named: names) + new, generation, deliver)
            }
            let now = Self.now()
            let due = early.filter { $0.nextAt ?? now <= now }
            if !due.isEmpty {
                early.removeAll { file in due.contains { $0 === file } }
                early += poll(due, generation, deliver)
            }
            let end = early.compactMap(\.nextAt).reduce(nextPass, min)
            change = watcher.wait(
                atMost: max(.zero, end - Self.now()), cancellation: cancellation)
        }
    }

    private func pollAll(
        isAsked: Bool, generation: Int, _ deliver: (RunsDelivery) -> Void
    ) -> [PolledFile] {
        let lost = files.list(isAsked: isAsked, at: Self.now)
        // Of files that are given up nothing may come later.
        undelivered.flush(deliver)
        if !lost.isEmpty { deliver(RunsDelivery(lost)) }
        let early = poll(files.all, generation, deliver)
        if let skipped = files.skipped() { deliver(RunsDelivery([], skipped: skipped)) }
        return early
    }

    /// Polls files, and delivers what is found.
    ///
    /// - Returns: those that are to be polled again before the poll interval is over.
    private func poll(
        _ files: [PolledFile], _ generation: Int, _ deliver: (RunsDelivery) -> Void
    ) -> [PolledFile] {
        var early: [PolledFile] = []
        for file in files {
            let now = Self.now()
            note(busySince: now, generation)
            let count = file.poll(at: now, into: undelivered)
            // It hung, and another thread has taken over.
            guard isNewest(generation) else { return [] }
            if let next = file.nextAt, next < now + pollInterval { early.append(file) }
            if count >= Self.batch { undelivered.flush(deliver) }
        }
        note(busySince: nil, generation)
        undelivered.flush(deliver)
        return early
    }

    private func note(busySince since: Duration?, _ generation: Int) {
        worker.withLock { worker in
            if worker.generation == generation { worker.busySince = since }
        }
    }

    private func isNewest(_ generation: Int) -> Bool {
        worker.withLock { $0.generation == generation }
    }

    private static let origin = ContinuousClock.now

    fileprivate static func now() -> Duration { origin.duration(to: .now) }
}

/// What the first poll has found so far.
private final class Found: Sendable {
    private let found = Mutex(RunsDelivery([]))

    var delivery: RunsDelivery { found.withLock { $0 } }

    func add(_ more: RunsDelivery) {
        found.withLock { found in
            found.sources += more.sources
            found.skipped = more.skipped ?? found.skipped
        }
    }
}
