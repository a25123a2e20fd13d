internal import Glibc

/// Now, on the two clocks that matter: passed to everything that judges by time, so that tests set
/// it.
struct Moment: Sendable, Equatable {
    /// Since any fixed origin; never set.
    var monotonic: Duration
    /// Seconds since 1970.
    var unixTime: Int64

    static var now: Moment {
        Moment(monotonic: ContinuousClock.now - origin, unixTime: Int64(time(nil)))
    }

    private static let origin = ContinuousClock.now
}
