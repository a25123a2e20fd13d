import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

/// Documents of an attempt that should be gone: they are served, and add nothing to the run
/// (`docs/PULSE-v2.md` §6).
@Suite("GoneAttempt")
struct GoneAttemptTests {
    private var life = MonitoredLife()

    private mutating func see(
        _ state: TrainingStatus.State = .running, epoch: Double, attempt: Int64,
        after seconds: Int64 = 10
    ) throws {
        life.wait(seconds)
        let status = try TrainingStatus.sample(
            state, epoch: epoch, of: 10, timestamp: life.wallClock)
        let details = try RunDetails(run: "x", attempt: attempt)
        life.deliver(.accepted(PulseDocument(status, details: details)))
    }

    @Test("make no run stale that has failed since")
    mutating func stale() throws {
        try see(epoch: 4, attempt: 1)
        try see(epoch: 2, attempt: 2)
        try see(.error, epoch: 2, attempt: 2)
        try see(epoch: 4.5, attempt: 1)
        #expect(life.view.status?.epoch == 4.5)
        _ = life.takeEvents()
        life.wait(1_000)
        #expect(life.takeEvents().isEmpty)
        #expect(life.view.liveness == .finished)
    }

    @Test("tell nothing of the speed")
    mutating func speed() throws {
        try see(epoch: 8, attempt: 1)
        for step in 0...5 { try see(epoch: Double(step), attempt: 2) }
        #expect(life.view.etaSeconds == 50)
        try see(epoch: 9, attempt: 1, after: 0)
        #expect(life.view.etaSeconds == 50)
        try see(epoch: 6, attempt: 2)
        #expect(life.view.etaSeconds == 40)
    }
}
