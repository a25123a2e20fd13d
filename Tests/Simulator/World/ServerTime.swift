/// The time that a server could observe, as an interval: when it was paused is known exactly, and
/// what of the waiting around a pause it counts is its own affair.
struct ServerTime {
    /// How much time passed at least and at most; never goes back.
    struct Interval: Sendable {
        var low = Duration.zero
        var high = Duration.zero
    }

    private(set) var passed = Interval()
    /// When the newest pause ends.
    private(set) var pausedUntil = Duration.zero
    /// Whether it was paused and hasn't polled since: what it knows may be old.
    private var awaitsPoll = false
    /// Whether that pause was so long that it must have noticed.
    private var hasNoticed = false
    private var lastDelivery = Interval()
    private var last: Duration
    private var paused = Duration.zero

    /// How long a poll may take.
    private static let timeout = Duration.seconds(10)
    /// How late an iteration may be without being a pause.
    private static let tolerance = Duration.seconds(1)

    init(at now: Duration = .zero) {
        last = now
    }

    /// Goes on in another server, which knows how long there was none.
    mutating func restart(at now: Duration, after absence: Duration) {
        (last, paused, pausedUntil) = (now, .zero, now)
        passed.low += absence
        passed.high += absence
        lastDelivery = passed
        (awaitsPoll, hasNoticed) = (true, false)
    }

    mutating func pause(from start: Duration, until end: Duration) {
        paused += max(.zero, end - max(start, pausedUntil))
        pausedUntil = max(pausedUntil, end)
    }

    /// Notes what the source has delivered.
    mutating func deliver(isPoll: Bool) {
        lastDelivery = passed
        if isPoll { (awaitsPoll, hasNoticed) = (false, false) }
    }

    /// Whether it must poll before it judges.
    var mustPoll: Bool { hasNoticed && passed.high - lastDelivery.high < Self.timeout }

    /// Whether it knows enough to judge: what nobody can poll is judged by the clock alone.
    func canJudge(within pollInterval: Duration) -> Bool {
        !awaitsPoll || passed.low - lastDelivery.low > pollInterval + Self.timeout
    }

    /// Goes on to the server's next iteration.
    mutating func advance(to now: Duration, tick: Duration) {
        let elapsed = now - last
        last = now
        if paused > .zero {
            passed.low += max(.zero, min(elapsed - paused, tick))
            passed.high += min(elapsed, tick + Self.tolerance)
            awaitsPoll = true
            if elapsed > tick + Self.tolerance { hasNoticed = true }
            paused = .zero
        } else {
            passed.low += elapsed
            passed.high += elapsed
        }
    }
}
