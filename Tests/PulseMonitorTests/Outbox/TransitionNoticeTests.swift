import Testing

@testable import Pulse
@testable import PulseMonitor

@Suite("TransitionNotice")
struct TransitionNoticeTests {
    private func notice(_ view: RunView) throws -> TransitionNotice {
        let run = RunID(source: "a", started: 7)
        return try #require(TransitionNotice.of([.ended(run, .done)], view, at: 9).first)
    }

    @Test("tells the transition, the six fields, and Pulse's own judgement")
    func complete() throws {
        let status = try TrainingStatus(
            status: .done, epoch: 2, totalEpochs: 3, loss: 0.25, message: "a\0b\nc", timestamp: 7)
        let notice = try notice(
            RunView(
                status: status, liveness: .finished, source: .ok,
                run: RunID(source: "bert", started: 5), attempt: 2))
        #expect(
            notice.variables == [
                "PULSE_RUN": "bert@5", "PULSE_ATTEMPT": "2", "PULSE_TRANSITION_ID": notice.id,
                "PULSE_TRANSITION_TIME": "9",
                "PULSE_TRANSITION": "done", "PULSE_STATUS": "done", "PULSE_PROGRESS": "66.7",
                "PULSE_EPOCH": "2.0", "PULSE_TOTAL_EPOCHS": "3.0", "PULSE_LOSS": "0.25",
                "PULSE_MESSAGE": "ab\nc", "PULSE_TIMESTAMP": "7", "PULSE_LIVENESS": "finished",
                "PULSE_SOURCE": "ok", "PULSE_SOURCE_ERROR": "",
            ])
    }

    @Test("a loss that nobody measured is empty, and not 0")
    func unmeasured() throws {
        let status = try TrainingStatus(
            status: .done, epoch: 3, totalEpochs: 3, loss: 0, message: "", timestamp: 7)
        let view = RunView(status: status, liveness: .finished, source: .ok, hasLoss: false)
        #expect(try notice(view).variables["PULSE_LOSS"] == "")
    }

    @Test("has an id of its own")
    func ids() throws {
        let view = RunView(status: nil, liveness: .waiting, source: .ok)
        let ids = try (0..<100).map { _ in try notice(view).id }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test("without a state there is nothing to tell of one")
    func withoutState() throws {
        let variables = try notice(
            RunView(
                status: nil, liveness: .waiting, etaSeconds: nil, source: .invalid,
                sourceError: PulseError(.syntax, "why"))
        ).variables
        #expect(variables["PULSE_STATUS"] == nil)
        #expect(variables["PULSE_SOURCE_ERROR"] == "why")
    }

    @Test("a message of 64 KiB is cut: variables and arguments share their room")
    func long() throws {
        let status = try TrainingStatus(
            status: .running, epoch: 0, totalEpochs: 3, loss: 0,
            message: String(repeating: "é", count: 30_000), timestamp: 7)
        let variables = try notice(
            RunView(status: status, liveness: .live, etaSeconds: nil, source: .ok, sourceError: nil)
        ).variables
        #expect(variables["PULSE_MESSAGE"]?.count == 4_096)
    }
}
