internal import Pulse

/// Turns what a source reports into what is served: pure, with time passed in.
package struct RunMonitor {
    private var progress: RunProgress
    private var accepted = 0
    private let idle: TrainingStatus?

    /// - Parameters:
    ///   - staleAfter: how long a running job may be silent at least before it counts as stale.
    ///   - startTime: the server's start in unix seconds: the timestamp of the state before any.
    package init(staleAfter: Duration, startTime: Int64) {
        progress = RunProgress(staleAfter: staleAfter)
        idle = try? TrainingStatus(
            status: .idle, epoch: 0, totalEpochs: 0, loss: 0, message: "Waiting to start...",
            timestamp: startTime)
    }

    package var history: RunHistory { progress.history }

    /// - Parameters:
    ///   - now: monotonic time since any fixed origin.
    ///   - wallClock: unix seconds, used for the age of the first state only.
    package mutating func view(of report: SourceReport, at now: Duration, wallClock: Int64)
        -> RunView
    {
        if let status = report.lastGood, report.accepted != accepted {
            accepted = report.accepted
            progress.accept(status, at: now, wallClock: wallClock)
        } else {
            progress.refresh(at: now)
        }
        // A file that isn't there yet is a job that hasn't started. One that is there but was never
        // valid leaves nothing to serve.
        let isWaiting = report.state == .missing || report.state == .ok
        return RunView(
            status: report.lastGood ?? (isWaiting ? idle : nil),
            liveness: progress.liveness, etaSeconds: progress.etaSeconds,
            source: report.state, sourceError: report.error)
    }
}
