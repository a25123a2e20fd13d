/// Decides when a living command that reports nothing is shown to be alive: pure.
///
/// A reader calls a job stale that is silent for longer than it has been before. Until two reports
/// have come it can't know how long that is, and a first interval of half an hour is nothing
/// special: large models log every ten steps, and a step may take minutes. From the second report
/// on only what the command reports counts, so that a job that hangs becomes stale.
struct KeepAlive: Sendable {
    /// The numbers of the newest update, as readers see them.
    private var newest = (epoch: 0.0, loss: 0.0)
    /// Updates that changed the numbers: only those tell a reader how long a silence is.
    private var reports = 0
    private var hasUpdate = false
    /// Polls since the newest update.
    private var quietPolls = 0

    /// Polls between two keep-alives: a minute, less than readers wait for by default.
    static let interval = 120
    /// Polls after the newest update in which the command may be kept alive: an hour.
    ///
    /// Without an end, a job that hangs before its second report would never be seen to hang. No
    /// interval is known to be longer: the longest that was met is 33 minutes.
    static let limit = 60 * interval

    /// To be called once each poll, with what it has found; nil for nothing.
    mutating func isDue(after update: StatusDraft?) -> Bool {
        if let update {
            if (update.epoch, update.loss) != newest { reports += 1 }
            newest = (update.epoch, update.loss)
            hasUpdate = true
            quietPolls = 0
            return false
        }
        quietPolls += 1
        // All that can be known of a command that never reports is that it runs.
        let mayHang = hasUpdate && quietPolls > Self.limit
        return reports < 2 && !mayHang && quietPolls.isMultiple(of: Self.interval)
    }
}
