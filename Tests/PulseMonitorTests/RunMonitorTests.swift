import TestSupport
@testable import Pulse
import Testing

@testable import PulseMonitor

@Suite("RunMonitor")
struct RunMonitorTests {
    private var monitor = RunMonitor(staleAfter: .seconds(300), startTime: 77)

    private func report(
        _ status: TrainingStatus? = nil, accepted: Int = 0, error: PulseError? = nil
    ) -> SourceReport {
        var report = SourceReport()
        report.lastGood = status
        report.accepted = accepted
        report.error = error
        return report
    }

    @Test("a missing file is a job that hasn't started: idle since the server's start")
    mutating func missing() throws {
        let source = FileStatusSource(path: "/nonexistent/status.json")
        source.look()
        let view = monitor.view(of: source.report, at: .zero, wallClock: 100)
        let status = try #require(view.status)
        #expect(status.status == .idle)
        #expect(status.message == "Waiting to start...")
        #expect(status.timestamp == 77)
        #expect(view.liveness == .waiting)
        #expect(view.source == .missing)
        #expect(view.sourceError?.description == "status.json: no such file or directory")
    }

    @Test("a file that was never valid leaves nothing to serve, and says why")
    mutating func neverValid() throws {
        let view = monitor.view(
            of: report(error: PulseError.notFinite(.loss, .nan)), at: .zero, wallClock: 100)
        #expect(view.status == nil)
        #expect(view.source == .invalid)
        #expect(view.sourceError?.description.contains("loss is NaN") == true)
    }

    @Test("the last good state stays when the file breaks, and is marked")
    mutating func breaks() throws {
        let good = try TrainingStatus.sample()
        _ = monitor.view(of: report(good, accepted: 1), at: .zero, wallClock: 1_000)
        let view = monitor.view(
            of: report(good, accepted: 1, error: PulseError(.empty, "the document is empty")),
            at: .seconds(1),
            wallClock: 1_001)
        #expect(view.status == good)
        #expect(view.source == .invalid)
        #expect(view.liveness == .live)
    }

    @Test("the same state written again is a sign of life, no news is none")
    mutating func signsOfLife() throws {
        let good = try TrainingStatus.sample()
        for (accepted, second, liveness) in [
            (1, 0, Liveness.live), (1, 299, .live), (2, 299, .live), (2, 598, .live),
            (2, 599 + 5 * 299, .stale),
            (3, 3_000, .live),
        ] {
            let view = monitor.view(
                of: report(good, accepted: accepted), at: .seconds(second), wallClock: 1_000)
            #expect(view.liveness == liveness, "after \(second) s")
        }
    }
}
