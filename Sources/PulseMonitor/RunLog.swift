package import Logging
internal import Pulse

/// One log line for each change of state, none for each update.
package struct RunLog: RunObserver {
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package func began(with view: RunView) {
        logSource(nil, view)
        logRun(view)
    }

    package func changed(from old: RunView, to new: RunView) {
        logSource(old, new)
        if new.liveness != old.liveness || new.status?.status != old.status?.status { logRun(new) }
    }

    private func logRun(_ view: RunView) {
        let status = view.status?.status.rawValue ?? "unknown"
        logger.info("run is \(status), \(view.liveness.rawValue)")
    }

    /// A trainer that diverges writes NaN again and again, each time at another byte: one reason.
    private func logSource(_ old: RunView?, _ new: RunView) {
        let (before, now) = (old?.sourceError, new.sourceError)
        if let now, now.reason != before?.reason || now.field != before?.field {
            logger.warning("source is \(new.source.rawValue): \(now)")
        } else if now == nil, before != nil {
            logger.info("source is ok")
        }
    }
}
