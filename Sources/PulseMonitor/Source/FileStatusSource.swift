internal import Pulse
internal import Synchronization

/// The status file as a source: looked at every poll interval, and at once when its directory
/// changes.
///
/// Blocking calls have a thread of their own here, so a file system that hangs stops neither the
/// server nor the clock that notices it.
public final class FileStatusSource: StatusSource {
    private struct State {
        var reader: StatusFileReader
        var report = SourceReport()
        /// The last look found half a document.
        var wasTorn = false
    }

    /// What is known, and until when it is: then the next look must have ended.
    private struct Published {
        var report = SourceReport()
        var validUntil: Duration
    }

    private let state: Mutex<State>
    private let published: Mutex<Published>
    private let clock: MonitorClock
    private let path: String
    private let pollInterval: Duration
    private let watches: Bool

    /// How soon a file is read again that looked half-written: its writer isn't atomic and needs a
    /// moment.
    private static let tornRetry = Duration.milliseconds(50)
    /// A look takes longer than this only in a file system that hangs.
    static let patience = Duration.seconds(10)

    /// - Parameters:
    ///   - path: the status file; it need not exist.
    ///   - pollInterval: how often it is looked at.
    ///   - watches: whether inotify wakes the poll. Without it news arrive within the poll
    ///     interval.
    public convenience init(
        path: String, pollInterval: Duration = .seconds(2), watches: Bool = true
    ) {
        self.init(path: path, pollInterval: pollInterval, watches: watches, clock: .system)
    }

    package init(path: String, pollInterval: Duration, watches: Bool, clock: MonitorClock) {
        self.clock = clock
        published = Mutex(Published(validUntil: clock.now + pollInterval + Self.patience))
        self.path = path
        self.pollInterval = pollInterval
        self.watches = watches
        state = Mutex(State(reader: StatusFileReader(path: path)))
    }

    /// Everything known after the newest look; an error when the next one doesn't end.
    public var report: SourceReport {
        let now = clock.now
        return published.withLock { published in
            guard now > published.validUntil else { return published.report }
            var report = published.report
            report.error = .overdue(path: path)
            return report
        }
    }

    /// Looks once.
    ///
    /// Gives the time until the next look is due.
    @discardableResult
    public func look() -> Duration {
        let (report, looksTorn) = state.withLock { state in
            state.report.reads += 1
            switch state.reader.read() {
            case .unchanged:
                // What was wrong still is: that is one more look that failed.
                if let error = state.reader.error {
                    state.report.failures[error.reason, default: 0] += 1
                }
            case .accepted: state.report.accepted += 1
            case .rejected(let error): state.report.failures[error.reason, default: 0] += 1
            }
            // Half a document is no verdict yet, unless it is still half at the second look.
            let isTorn = [.empty, .truncated].contains(state.reader.error?.reason)
            let looksTorn = isTorn && !state.wasTorn && state.reader.lastGood != nil
            state.wasTorn = isTorn
            if !looksTorn { state.report.error = state.reader.error }
            state.report.lastGood = state.reader.lastGood
            return (state.report, looksTorn)
        }
        let due = looksTorn ? Self.tornRetry : pollInterval
        let validUntil = clock.now + due + Self.patience
        published.withLock { $0 = Published(report: report, validUntil: validUntil) }
        return due
    }

    /// Looks until the task is cancelled, on a thread of its own.
    public func run(onLook: @escaping @Sendable () -> Void) async {
        await BlockingThread.run(
            "pulse.source", untilCancelled: { self.loop(until: $0, onLook: onLook) })
    }

    private func loop(until cancellation: CancellationPipe, onLook: () -> Void) {
        var watcher = DirectoryWatcher(file: path, isEnabled: watches)
        while !cancellation.isCancelled {
            // Watching starts before the look: a change in between is seen at the next wait.
            watcher.prepare()
            let due = look()
            onLook()
            watcher.wait(atMost: due, cancellation: cancellation)
        }
    }
}
