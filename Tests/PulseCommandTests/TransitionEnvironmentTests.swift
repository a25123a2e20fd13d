@testable import PulseMonitor
import Subprocess
import Testing

@testable import Pulse
@testable import PulseCommand
@testable import PulseServer

@Suite("TransitionEnvironment")
struct TransitionEnvironmentTests {
    private func variables(_ view: RunView) -> [String: String?] {
        Dictionary(
            uniqueKeysWithValues: TransitionEnvironment.variables(of: .done, view)
                .map { ("\($0.key)", $0.value) })
    }

    @Test("tells the transition, the six fields, and Pulse's own judgement")
    func complete() throws {
        let status = try TrainingStatus(
            status: .done, epoch: 2, totalEpochs: 3, loss: 0.25, message: "a\0b\nc", timestamp: 7)
        let variables = variables(
            RunView(
                status: status, liveness: .finished, source: .ok,
                run: RunID(source: "bert", started: 5), attempt: 2))
        #expect(
            variables == [
                "PULSE_RUN": "bert@5", "PULSE_ATTEMPT": "2",
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
        #expect(variables(view)["PULSE_LOSS"] == "")
    }

    @Test("without a state there is nothing to tell of one")
    func withoutState() {
        let variables = variables(
            RunView(
                status: nil, liveness: .waiting, etaSeconds: nil, source: .invalid,
                sourceError: PulseError(.syntax, "why")))
        #expect(variables["PULSE_STATUS"] == nil)
        #expect(variables["PULSE_SOURCE_ERROR"] == "why")
    }

    @Test("a message of 64 KiB is cut: variables and arguments share their room")
    func long() throws {
        let status = try TrainingStatus(
            status: .running, epoch: 0, totalEpochs: 3, loss: 0,
            message: String(repeating: "é", count: 30_000), timestamp: 7)
        let variables = variables(
            RunView(status: status, liveness: .live, etaSeconds: nil, source: .ok, sourceError: nil)
        )
        #expect(variables["PULSE_MESSAGE"]??.count == 4_096)
    }
}
