import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("RunMonitor")
struct RunMonitorTests {
    // MARK: What is served

    @Test("a missing file is a job that hasn't started: idle since the server's start")
    func missing() throws {
        var life = MonitoredLife(wallClock: 77)
        let error = PulseError(.missing, "status.json: no such file or directory")
        life.deliver(.failed(error))
        let view = life.view
        let status = try #require(view.status)
        #expect(status.status == .idle)
        #expect(status.message == "Waiting to start...")
        #expect(status.timestamp == 77)
        #expect(view.liveness == .waiting)
        #expect(view.source == .missing)
        #expect(view.sourceError == error)
        #expect(view.run == nil)
    }

    @Test("a file that was never valid leaves nothing to serve, and says why")
    func neverValid() {
        var life = MonitoredLife()
        life.deliver(.failed(PulseError(.notFinite, field: .loss, "loss is NaN")))
        #expect(life.view.status == nil)
        #expect(life.view.source == .invalid)
        #expect(life.view.sourceError?.description.contains("loss is NaN") == true)
    }

    @Test("the last good state stays when the file breaks, and is marked")
    func breaks() throws {
        var life = MonitoredLife()
        try life.see(epoch: 1)
        let good = life.view.status
        life.deliver(.failed(PulseError(.empty, "the document is empty")))
        #expect(life.view.status == good)
        #expect(life.view.source == .invalid)
        #expect(life.view.liveness == .live)
    }

    // MARK: Liveness

    @Test(
        "follows from the state, and from silence only while running",
        arguments: [
            (.idle, .waiting, .waiting), (.running, .live, .stale), (.done, .finished, .finished),
            (.error, .finished, .finished),
        ] as [(TrainingStatus.State, Liveness, Liveness)])
    func states(_ state: TrainingStatus.State, _ fresh: Liveness, _ silent: Liveness) throws {
        var life = MonitoredLife()
        try life.see(state)
        #expect(life.view.liveness == fresh)
        #expect(life.liveness(after: 1_000) == silent)
    }

    @Test("is stale at the deadline, not before, and live again when the writer returns")
    func deadline() throws {
        var life = MonitoredLife()
        try life.see()
        #expect(life.liveness(after: 299) == .live)
        #expect(life.liveness(after: 1) == .stale)
        try life.see(epoch: 0.1, after: 10)
        #expect(life.view.liveness == .live)
        #expect(life.transitions == [.running, .stale, .recovered])
    }

    @Test(
        "counts the age of the first document as silence",
        arguments: [(0, 300), (100, 200), (299, 1), (300, 0), (100_000, 0)] as [(Int64, Int64)])
    func ageOfTheFirst(_ age: Int64, _ left: Int64) throws {
        var life = MonitoredLife()
        try life.see(timestamp: MonitoredLife.start - age)
        if left > 0 { #expect(life.liveness(after: left - 1) == .live) }
        #expect(life.liveness(after: min(left, 1)) == .stale)
    }

    @Test("doesn't count the age of a later document: its writer's clock may be wrong")
    func ageOfALaterOne() throws {
        var life = MonitoredLife()
        try life.see()
        try life.see(epoch: 1, after: 1, timestamp: 0)
        #expect(life.liveness(after: 299) == .live)
    }

    @Test("says at once that a document from the future is live: it's another clock's")
    func future() throws {
        var life = MonitoredLife()
        try life.see(timestamp: MonitoredLife.start + 1_000_000)
        #expect(life.liveness(after: 299) == .live)
        #expect(life.liveness(after: 1) == .stale)
    }

    @Test(
        "takes any time on any clock",
        arguments: [0, 1_732_800_000_000, .max] as [Int64], [.min, -1, 0, .max] as [Int64])
    func extremeClocks(_ timestamp: Int64, _ wallClock: Int64) throws {
        for now in [Duration.zero, .seconds(Int64.max), .nanoseconds(1)] {
            var monitor = RunMonitor(
                (SourceName(key: "a"), "a"), staleAfter: .seconds(Int64.max),
                tick: .seconds(Int64.max), pollInterval: .seconds(2), at: .zero,
                wallClock: wallClock)
            for epoch in [1.0, 2] {
                let event = SourceEvent.accepted(
                    try PulseDocument.sample(epoch: epoch, timestamp: timestamp))
                _ = monitor.take(
                    SourceDelivery([event], nextWithin: .seconds(2)), at: now,
                    wallClock: wallClock)
                _ = monitor.judge(at: now)
            }
            #expect(monitor.view.status?.epoch == 2)
        }
    }

    // MARK: Signs of life

    @Test("a document that is there already is served, and is no sign of life")
    func repeated() throws {
        var life = MonitoredLife()
        try life.see(epoch: 1)
        try life.see(epoch: 2, after: 10)
        let newest = try #require(life.view.status)
        #expect(life.liveness(after: 300) == .stale)
        _ = life.takeEvents()
        // Touched, copied, moved away and back, sent again.
        for _ in 0..<5 {
            life.deliver(.accepted(newest))
            #expect(life.liveness(after: 7) == .stale)
        }
        // An older one, restored.
        let older = try TrainingStatus.sample(
            epoch: 1, of: 10, timestamp: MonitoredLife.start)
        life.deliver(.accepted(older))
        #expect(life.view.status == older)
        #expect(life.view.liveness == .stale)
        #expect(life.monitor.history.epochs == [1, 2])
        #expect(life.takeEvents().isEmpty)
    }

    @Test("an error that goes away is no sign of life", arguments: [true, false])
    func errorGoesAway(isSameDocument: Bool) throws {
        var life = MonitoredLife()
        try life.see(epoch: 1)
        let newest = try #require(life.view.status)
        #expect(life.liveness(after: 300) == .stale)
        life.deliver(.failed(PulseError(.ioError, "a.json: stale file handle")))
        life.deliver(isSameDocument ? .accepted(newest) : .unchanged)
        #expect(life.view.source == .ok)
        #expect(life.view.liveness == .stale)
        #expect(life.transitions == [.running, .stale, .sourceInvalid, .recovered])
    }

    @Test("an outage of the trainer isn't its habit: the next silence is found as soon")
    func outage() throws {
        var life = MonitoredLife(staleAfter: .seconds(5))
        for step in 1...20 { try life.see(epoch: Double(step) / 10, after: 1) }
        try life.see(epoch: 2.1, after: 66)
        #expect(life.liveness(after: 4) == .live)
        #expect(life.liveness(after: 1) == .stale)
    }

    @Test("a server that was paused hears no silence, and polls before it judges")
    func paused() throws {
        var life = MonitoredLife(staleAfter: .seconds(10))
        try life.see(epoch: 1)
        life.wait(9)
        life.pause(14)
        life.judge()
        #expect(life.view.liveness == .live)
        #expect(life.view.source == .ok)
        // The trainer has written meanwhile.
        try life.see(epoch: 2)
        #expect(life.transitions == [.running])
        // And a dead one is found after the pause as before it.
        life.wait(9)
        life.pause(3_600)
        life.judge()
        life.deliver(.unchanged)
        // The gap between its two documents was nine seconds and a tick.
        #expect(life.liveness(after: 21) == .live)
        #expect(life.liveness(after: 1) == .stale)
    }

    @Test("a poll that doesn't end makes the source unreadable, and the run stale in time")
    func hanging() throws {
        var life = MonitoredLife(staleAfter: .seconds(20))
        try life.see(epoch: 1)
        for _ in 0..<12 {
            life.pause(1)
            life.judge()
        }
        #expect(life.view.source == .ok)
        life.pause(1)
        life.judge()
        #expect(life.view.source == .unreadable)
        #expect(
            life.view.sourceError?.description == "a.json: the last poll of it is too long ago")
        for _ in 0..<7 {
            life.pause(1)
            life.judge()
        }
        #expect(life.view.liveness == .stale)
        life.deliver(.unchanged)
        #expect(life.view.source == .ok)
        #expect(life.view.liveness == .stale)
    }

    // MARK: ETA

    @Test("has an ETA while the run is live, and none when it is stale or has ended")
    func eta() throws {
        var life = MonitoredLife()
        for step in 0...5 { try life.see(epoch: Double(step), after: 10) }
        #expect(life.view.etaSeconds == 50)
        #expect(life.liveness(after: 299) == .live)
        // Time alone doesn't change it: what is served stays the same.
        #expect(life.view.etaSeconds == 50)
        #expect(life.liveness(after: 1) == .stale)
        #expect(life.view.etaSeconds == nil)
        try life.see(.done, epoch: 10, after: 1)
        #expect(life.view.etaSeconds == nil)
    }

    @Test("doesn't count an outage as slowness")
    func etaAfterAnOutage() throws {
        var life = MonitoredLife()
        for step in 0...5 { try life.see(epoch: Double(step), after: 10) }
        try life.see(epoch: 6, after: 1_000)
        #expect(life.view.etaSeconds == nil)
        for step in 7...9 { try life.see(epoch: Double(step), after: 10) }
        #expect(life.view.etaSeconds == nil)
        try life.see(epoch: 9.5, after: 5)
        #expect(life.view.etaSeconds == 5)
    }

    @Test("measures anew when a run begins, and is not disturbed by a late document")
    func etaAfterARestart() throws {
        var life = MonitoredLife()
        for step in 0...5 { try life.see(epoch: Double(step), after: 10) }
        try life.see(epoch: 4.9)
        #expect(life.view.etaSeconds == 50)
        try life.see(epoch: 6, after: 10)
        #expect(life.view.etaSeconds == 40)
        try life.see(epoch: 0, after: 10)
        #expect(life.view.etaSeconds == nil)
        for step in 1...4 { try life.see(epoch: Double(step), after: 20) }
        #expect(life.view.etaSeconds == 120)
    }

    @Test("has no ETA without a total")
    func etaWithoutTotal() throws {
        var life = MonitoredLife()
        for step in 0...5 { try life.see(epoch: Double(step), of: 0, after: 10) }
        #expect(life.view.etaSeconds == nil)
    }
}
