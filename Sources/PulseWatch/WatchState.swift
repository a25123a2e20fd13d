internal import Pulse
internal import PulseMonitor

/// All that is known of a watched run, and whether the source still speaks: pure.
struct WatchState: Sendable {
    /// Whether updates can arrive.
    enum Link: Sendable, Equatable {
        case opening
        case open
        /// Since this unix time, for this reason; tried again at this monotonic time.
        case lost(since: Int64, reason: String, retryAt: Duration)
        /// All was told that there is to tell.
        case over
    }

    private(set) var link = Link.opening
    /// The newest reading; it stays when the link is lost.
    private(set) var reading: RunReading?
    /// Why there is nothing to read, by the source's own word.
    private(set) var emptiness: String?
    /// Why watching has ended for good.
    private(set) var ending: WatchEnding?

    /// The curve as seen here, by the rules of the server.
    private var runs = RunSequence(name: SourceName(key: ""))
    private var curve = RunCurve()
    /// What stands where a document of PULSE v2 tells no loss.
    private var measuredLoss: Double?
    /// The server's curve, until the status that it belongs to arrives.
    private var served: [CurvePoint]?
    /// How far the server's clock is ahead of this one, in seconds.
    private var skew: Int64 = 0

    /// Why the link is lost; nil while it isn't.
    var outage: String? {
        guard case .lost(_, let reason, _) = link else { return nil }
        return reason
    }

    /// The run's losses, oldest first.
    var losses: [Double] { curve.history.losses }

    /// The newest loss of the attempt; nil when none was measured.
    var loss: Double? {
        guard let document = reading?.document, document.hasLoss else { return measuredLoss }
        return runs.hasMeasured(lossOf: document) ? document.loss : nil
    }

    mutating func take(_ update: WatchUpdate, at now: Moment) {
        switch update {
        case .opened(let serverTime):
            link = .open
            noteTime(serverTime, at: now)
        case .heartbeat(let serverTime): noteTime(serverTime, at: now)
        case .curve(let points): served = points
        case .reading(let reading):
            if let points = served {
                served = nil
                begin(with: points, to: reading.document)
                self.reading = nil
            }
            if reading.document != self.reading?.document {
                follow(reading.document)
            }
            (self.reading, emptiness) = (reading, nil)
        case .nothing(let reason): (reading, emptiness) = (nil, reason)
        case .lost(let reason, let pause):
            let retryAt = now.monotonic + pause
            if case .lost(let since, _, _) = link {
                link = .lost(since: since, reason: reason, retryAt: retryAt)
            } else {
                link = .lost(since: now.unixTime, reason: reason, retryAt: retryAt)
            }
        case .over: link = .over
        case .ended(let reason): ending = reason
        case .document: break
        }
    }

    /// Seconds since the newest status was written, by the clock of the machine that judges it.
    func age(at now: Moment) -> Int64? {
        reading.map { max(0, serverTime(at: now).clampedSum(-$0.status.timestamp)) }
    }

    /// The time of the machine that judges: unix time in seconds.
    func serverTime(at now: Moment) -> Int64 { now.unixTime.clampedSum(skew) }

    private mutating func follow(_ document: PulseDocument) {
        let isStale = reading?.liveness == .stale
        for event in runs.take(document, isStale: isStale) {
            curve.apply(event)
            switch event {
            case .began, .resumed: measuredLoss = nil
            case .point(let point): measuredLoss = point.loss
            default: break
            }
        }
        if document.status == .idle { curve.leave() }
    }

    /// Begins with the server's curve, in which the status that follows may be the newest point.
    private mutating func begin(with points: [CurvePoint], to document: PulseDocument) {
        let status = document.v1
        runs = RunSequence(name: SourceName(key: ""))
        curve = RunCurve()
        measuredLoss = nil
        let isPoint =
            points.last.map { $0.epoch == status.epoch && $0.loss == document.loss } ?? false
        for point in isPoint ? points.dropLast() : points[...] {
            let earlier = try? TrainingStatus(
                status: .running, epoch: point.epoch, totalEpochs: 0, loss: point.loss,
                message: "", timestamp: point.timestamp)
            guard let earlier else { continue }
            // They are of the same run and attempt, however it is told.
            let point =
                document.details.map { PulseDocument(earlier, details: $0) }
                ?? PulseDocument(earlier)
            if isPoint || status.loss != 0 {
                follow(point)
            } else {
                // Of an attempt that has measured nothing yet, the server's curve has no point.
                curve.apply(.point(point))
            }
        }
    }

    private mutating func noteTime(_ serverTime: Int64?, at now: Moment) {
        if let serverTime { skew = serverTime.clampedSum(-now.unixTime) }
    }
}
