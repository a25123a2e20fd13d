package import Logging
internal import Pulse
internal import Synchronization

/// One log line for each change of state, none for each update.
package final class RunLog: RunObserver {
    private struct State {
        var run: (status: TrainingStatus.State?, liveness: Liveness)?
        var error: PulseError?
    }

    private let logger: Logger
    private let expectsSource: Bool
    private let state = Mutex(State())

    /// - Parameter expectsSource: that there is no source at first is no warning.
    package init(logger: Logger, expectsSource: Bool = false) {
        self.logger = logger
        self.expectsSource = expectsSource
    }

    package func began(with view: RunView) {
        if let error = view.sourceError, !expectsSource || view.source != .missing {
            log(view.source, error)
        }
        log(view)
    }

    package func observe(_ events: [RunEvent], _ view: RunView) {
        for event in events {
            switch event {
            case .sourceChanged(let source, let error): log(source, error)
            case .resumed(let run, let attempt, let epoch):
                logger.info("run \(run) resumed at epoch \(epoch), attempt \(attempt)")
            case .joined(let run, let earlier, let attempt, let epoch):
                logger.info(
                    "run \(run) is \(earlier), resumed at epoch \(epoch), attempt \(attempt)")
            case .document, .began, .point, .ended, .stale, .recovered, .sourceFailed,
                .sourceRecovered:
                break
            }
        }
        log(view)
    }

    private func log(_ view: RunView) {
        let run = (view.status?.status, view.liveness)
        let isNew = state.withLock { state in
            defer { state.run = run }
            return state.run.map { $0 != run } ?? true
        }
        guard isNew else { return }
        let status = view.status?.status.rawValue ?? "unknown"
        logger.info("run is \(status), \(view.liveness.rawValue)")
    }

    /// A trainer that diverges writes NaN again and again, each time at another byte: one reason.
    private func log(_ source: SourceState, _ error: PulseError?) {
        let before = state.withLock { state in
            defer { state.error = error }
            return state.error
        }
        if let error, error.reason != before?.reason || error.field != before?.field {
            logger.warning("source is \(source.rawValue): \(error)")
        } else if error == nil, before != nil {
            logger.info("source is ok")
        }
    }
}
