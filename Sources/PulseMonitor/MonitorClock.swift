internal import Glibc

/// The times that a server judges by, injected so that tests set them.
package struct MonitorClock: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let awake: @Sendable () -> Duration
    private let wall: @Sendable () -> Int64

    /// Makes a clock whose machine never sleeps.
    package init(
        now: @escaping @Sendable () -> Duration, unixTime: @escaping @Sendable () -> Int64
    ) {
        self.init(now: now, awake: now, unixTime: unixTime)
    }

    private init(
        now: @escaping @Sendable () -> Duration, awake: @escaping @Sendable () -> Duration,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        elapsed = now
        self.awake = awake
        wall = unixTime
    }

    /// Time since any fixed origin, on a clock that is never set, and goes on while the machine
    /// sleeps: a monitor sees that it slept.
    package var now: Duration { elapsed() }

    /// The same without the time that the machine slept, in which nothing of ours could run.
    package var timeAwake: Duration { awake() }

    /// Seconds since 1970, on the clock of the wall.
    package var unixTime: Int64 { wall() }

    /// The system's clocks.
    package static let system: MonitorClock = {
        let (continuous, suspending) = (ContinuousClock.now, SuspendingClock.now)
        return MonitorClock(
            now: { ContinuousClock.now - continuous }, awake: { SuspendingClock.now - suspending },
            unixTime: { Int64(time(nil)) })
    }()
}
