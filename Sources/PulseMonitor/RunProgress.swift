public import Pulse

/// What follows from the good states of a run and the times they arrived at: liveness, ETA,
/// history.
///
/// Pure.
///
/// `now` is monotonic time since any fixed origin: setting the wall clock can't make a job stale.
public struct RunProgress: Sendable {
    /// Whether the run is alive, as judged at the newest call.
    public private(set) var liveness = Liveness.waiting
    /// Seconds until the run is done; nil until enough is known, and when stale or not running.
    ///
    /// It follows from the states that arrived. Time alone changes it only once: when the run
    /// becomes stale.
    public private(set) var etaSeconds: Double?
    /// The curve of this run: from its first state that was seen here to its newest.
    public private(set) var history: RunHistory

    private let staleAfter: Duration
    private var newest: TrainingStatus?
    private var lastArrival = Duration.zero
    /// How old the newest state was when it arrived.
    ///
    /// Only the first can be: the others are seen as they come.
    private var ageAtArrival = Duration.zero
    private var longestGap = Duration.zero
    private var slope = ProgressSlope()

    /// How many times the longest gap of a run may pass in silence: slow evaluations are no death.
    private static let patience = 5

    /// Makes the progress of a run of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - staleAfter: how long a running job may be silent at least before it counts as stale.
    ///   - historyCapacity: points of the curve at most, 4 or more; 2048 are as many as a wide
    ///     panel has pixels.
    public init(staleAfter: Duration = .seconds(300), historyCapacity: Int = 2_048) {
        self.staleAfter = staleAfter
        history = RunHistory(capacity: historyCapacity)
    }

    /// When ``refresh(at:)`` will find the run stale; nil when it can't become so.
    public var staleDeadline: Duration? {
        guard newest?.status == .running else { return nil }
        return lastArrival - ageAtArrival + max(staleAfter, longestGap * Self.patience)
    }

    /// Takes a good state that arrived now.
    ///
    /// - Parameters:
    ///   - status: the state, also when it is the same as before: its writer is alive.
    ///   - now: monotonic time since any fixed origin.
    ///   - wallClock: unix seconds. The first state may be old already: its age counts as silence.
    public mutating func accept(_ status: TrainingStatus, at now: Duration, wallClock: Int64) {
        if isSameRun(status) {
            if newest?.status == .running { noteGap(until: now) }
        } else {
            history.removeAll()
            longestGap = .zero
            slope = ProgressSlope()
        }
        if belongsToCurve(status) { history.append(status) }
        if status.status == .running { slope.append(epoch: status.epoch, at: now) }
        // A timestamp in the future is another clock's, and says nothing.
        ageAtArrival =
            newest == nil ? max(.zero, .seconds(wallClock) - .seconds(status.timestamp)) : .zero
        lastArrival = now
        newest = status
        refresh(at: now)
    }

    /// Judges again after some time without news.
    public mutating func refresh(at now: Duration) {
        liveness =
            switch newest?.status {
            case nil, .idle: .waiting
            case .running: isStale(at: now) ? .stale : .live
            case .done, .error: .finished
            }
        etaSeconds =
            liveness == .live ? newest.flatMap { slope.secondsLeft(until: $0.totalEpochs) } : nil
    }

    private func isStale(at now: Duration) -> Bool {
        staleDeadline.map { now >= $0 } ?? false
    }

    private mutating func noteGap(until now: Duration) {
        // A run that was given up tells nothing about its speed.
        if isStale(at: now) { slope = ProgressSlope() }
        longestGap = max(longestGap, now - lastArrival)
    }

    /// A run begins with `running` after anything else, and when the epoch goes back.
    ///
    /// `done` and `error` end the run before them whatever epoch they name: who reports a crash may
    /// not know it.
    private func isSameRun(_ status: TrainingStatus) -> Bool {
        guard let newest else { return false }
        switch (newest.status, status.status) {
        case (_, .idle), (.idle, _), (.done, .running), (.error, .running): return false
        case (.running, .done), (.running, .error): return true
        case (_, .running), (_, .done), (_, .error): return status.epoch >= newest.epoch
        }
    }

    /// The curve never goes back, and what is written after the end adds nothing to it.
    private func belongsToCurve(_ status: TrainingStatus) -> Bool {
        guard status.status != .idle else { return false }
        guard let last = history.epochs.last else { return true }
        return newest?.status == .running && status.epoch >= last
    }
}
