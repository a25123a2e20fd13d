/// Whether a run is alive, as judged from what arrived and when.
public enum Liveness: String, Sendable, CaseIterable {
    /// Idle, or nothing has arrived yet.
    case waiting
    /// Running, and heard of lately.
    case live
    /// Running by its last word, but silent for too long: it may be dead.
    case stale
    /// Done or failed, by its own word.
    case finished
}

/// What follows from the good states of a run and the times they arrived at: liveness, ETA, history. Pure.
///
/// `now` is monotonic time since any fixed origin: setting the wall clock can't make a job stale.
public struct RunProgress: Sendable {
    public private(set) var liveness = Liveness.waiting
    /// Seconds until the run is done; nil until enough is known, and when stale or not running.
    public private(set) var etaSeconds: Double?
    public private(set) var history: RunHistory

    private let staleAfter: Duration
    private var newest: TrainingStatus?
    private var lastArrival = Duration.zero
    private var longestGap = Duration.zero
    private var eta = ProgressSlope()

    /// How many times the longest gap of a run may pass in silence: slow evaluations are no death.
    private static let patience = 5

    /// - Parameters:
    ///   - staleAfter: how long a running job may be silent at least before it counts as stale.
    ///   - historyCapacity: points of the curve at most.
    public init(staleAfter: Duration = .seconds(300), historyCapacity: Int = 2_048) {
        self.staleAfter = staleAfter
        history = RunHistory(capacity: historyCapacity)
    }

    /// When ``refresh(at:)`` would find the run stale; nil when it can't become so.
    public var staleDeadline: Duration? {
        newest?.status == .running ? lastArrival + max(staleAfter, longestGap * Self.patience) : nil
    }

    /// A good state arrived.
    ///
    /// - Parameter wallClock: unix seconds. The first state may be old already: its age counts as silence.
    public mutating func accept(_ status: TrainingStatus, at now: Duration, wallClock: Int64) {
        if let newest, isSameRun(status, after: newest) {
            if newest.status == .running { longestGap = max(longestGap, now - lastArrival) }
            if status.totalEpochs != newest.totalEpochs { eta = ProgressSlope() }
        } else {
            history.removeAll()
            eta = ProgressSlope()
            longestGap = .zero
        }
        let age = newest == nil ? max(0, wallClock.subtractingReportingOverflow(status.timestamp).partialValue) : 0
        lastArrival = now - .seconds(age)
        newest = status
        if status.status != .idle { history.append(status) }
        eta.append(progress: status.progress, at: now)
        refresh(at: now)
    }

    /// Time has passed.
    public mutating func refresh(at now: Duration) {
        switch newest?.status {
        case nil, .idle: liveness = .waiting
        case .done, .error: liveness = .finished
        case .running: liveness = staleDeadline.map { now >= $0 } == true ? .stale : .live
        }
        etaSeconds = liveness == .live ? eta.secondsLeft : nil
    }

    /// A run begins with `running` after anything else, and when the epoch goes back.
    private func isSameRun(_ status: TrainingStatus, after newest: TrainingStatus) -> Bool {
        let isNew = status.status == .running && newest.status != .running
        return !isNew && status.status != .idle && status.epoch >= newest.epoch
    }
}
