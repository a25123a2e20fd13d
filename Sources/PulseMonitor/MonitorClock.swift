internal import Glibc

/// The two times that a server needs, injected so that tests set them.
package struct MonitorClock: Sendable {
    private let monotonic: @Sendable () -> Duration
    private let wall: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Duration, unixTime: @escaping @Sendable () -> Int64)
    {
        monotonic = now
        wall = unixTime
    }

    /// Time since any fixed origin, on a clock that is never set.
    package var now: Duration { monotonic() }

    /// Seconds since 1970, on the clock of the wall.
    package var unixTime: Int64 { wall() }

    /// The system's clocks.
    ///
    /// A machine that slept hasn't trained either, so sleep doesn't count.
    package static let system: MonitorClock = {
        let origin = SuspendingClock.now
        return MonitorClock(now: { SuspendingClock.now - origin }, unixTime: { Int64(time(nil)) })
    }()
}
