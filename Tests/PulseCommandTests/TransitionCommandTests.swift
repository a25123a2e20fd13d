@testable import PulseMonitor
import Glibc
import Logging
import TestSupport
import Testing

@testable import Pulse
@testable import PulseCommand
@testable import PulseServer

@Suite("TransitionCommand", .timeLimit(.minutes(1)))
struct TransitionCommandTests {
    private func view(_ state: TrainingStatus.State, _ liveness: Liveness) throws -> RunView {
        RunView(
            status: try TrainingStatus(
                status: state, epoch: 1, totalEpochs: 3, loss: 0.5, message: "", timestamp: 7),
            liveness: liveness, etaSeconds: nil, source: .ok, sourceError: nil)
    }

    /// What is written into a FIFO; empty when nothing comes within a minute.
    ///
    /// No thread waits in it: they are few, and the command needs one.
    private func content(ofFIFO path: String) async throws -> String {
        let descriptor = unsafe open(path, O_RDWR | O_NONBLOCK)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count > 0 { return String(decoding: buffer.prefix(count), as: UTF8.self) }
            try await Task.sleep(for: .milliseconds(20))
        }
        return ""
    }

    @Test("a command that takes too long is ended, and told of once; the next one runs")
    func limit() async throws {
        let directory = try TemporaryDirectory()
        let fifo = directory.file("told")
        #expect(unsafe mkfifo(fifo, 0o600) == 0)
        let log = LogLines()
        let command = TransitionCommand(
            "[ $PULSE_TRANSITION = done ] || exec sleep 1000; echo $PULSE_TRANSITION > \(fifo)",
            logger: Logger(label: "test") { _ in log.handler }, timeLimit: .seconds(2))
        let task = Task { try await command.run() }
        let run = RunID(source: "a", started: 7)
        let running = try view(.running, .live)
        let told = UnkeptTransitions(command: command)
        told.observe([.began(run, attempt: 1, try #require(running.document))], running)
        told.observe([.ended(run, .done)], try view(.done, .finished))
        #expect(try await content(ofFIFO: fifo) == "done\n")
        task.cancel()
        try await task.value
        #expect(
            log.all == ["warning --on-transition: the command took over 2.0 seconds at running"])
    }
    @Test("what is forgotten, because too many wait, is said")
    func forgotten() throws {
        let log = LogLines()
        let command = TransitionCommand(
            "exit 1", logger: Logger(label: "test") { _ in log.handler })
        let told = UnkeptTransitions(command: command)
        for started in 0..<17 as Range<Int64> {
            let run = RunID(source: "a", started: started)
            var view = try view(.done, .finished)
            view.run = run
            told.observe([.ended(run, .done)], view)
        }
        #expect(log.all == ["warning --on-transition: done of a@0 is not told: too many wait"])
    }
}
