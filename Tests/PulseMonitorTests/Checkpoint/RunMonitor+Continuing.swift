@testable import PulseMonitor

extension RunMonitor {
    /// A monitor of one file; it goes on from a memory, where there is one.
    static func ofFile(
        at now: Duration, wallClock: Int64, continuing memory: MonitorMemory?
    ) throws -> RunMonitor {
        let source = (SourceName(file: "/runs/a.json"), "a.json")
        let (staleAfter, interval) = (Duration.seconds(60), Duration.seconds(2))
        guard let memory else {
            return RunMonitor(
                source, staleAfter: staleAfter, tick: interval, pollInterval: interval, at: now,
                wallClock: wallClock)
        }
        return try RunMonitor(
            source, staleAfter: staleAfter, tick: interval, pollInterval: interval, at: now,
            wallClock: wallClock, continuing: memory)
    }
}
