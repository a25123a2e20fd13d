/// Monotonic time without that in which nobody polled: pure.
///
/// A server that was paused, or whose machine slept, has heard nothing meanwhile, which is not
/// silence of the trainer's.
struct ObservedTime: Sendable {
    /// The time that was observed until now.
    private(set) var now = Duration.zero
    private var last: Duration
    private let tick: Duration
    private let countsGaps: Bool

    /// How much later than due an iteration may come: a machine under load, not a pause.
    private static let tolerance = Duration.seconds(1)

    /// - Parameters:
    ///   - tick: how often ``advance(to:)`` is to be called.
    ///   - countsGaps: whether time in which it wasn't called counts.
    ///   - observed: the time that was observed before.
    init(
        tick: Duration, at now: Duration, observed: Duration = .zero, countsGaps: Bool = false
    ) {
        self.tick = tick
        self.now = observed
        self.countsGaps = countsGaps
        last = now
    }

    /// Goes on to a monotonic time.
    ///
    /// - Returns: whether there was a gap: what is known may be old, so poll first and judge then.
    mutating func advance(to time: Duration) -> Bool {
        let elapsed = max(.zero, time - last)
        last = max(last, time)
        let isGap = elapsed > tick + Self.tolerance
        now += isGap && !countsGaps ? tick : elapsed
        return isGap
    }

    /// Takes another time for the one that was observed until now.
    mutating func move(to observed: Duration) {
        now = observed
    }
}
