import NATS
import Pulse
import PulseMonitor
import TestSupport
import Testing

@testable import PulseNATS

@Suite("RelayedRun")
struct RelayedRunTests {
    private static let source = SourceName(key: "team/gpu-1")
    private var run = RelayedRun(of: source)

    private func bytes(_ epoch: Double, at timestamp: Int64) throws -> [UInt8] {
        try bytes(.running, epoch, at: timestamp)
    }

    private func bytes(
        _ state: TrainingStatus.State, _ epoch: Double, at timestamp: Int64
    ) throws -> [UInt8] {
        PulseEncoder.encode(
            try TrainingStatus.sample(state, epoch: epoch, of: 10, timestamp: timestamp))
    }

    private func entry(_ bytes: [UInt8], run: String? = nil) -> KeyEntry {
        KeyEntry(.value(bytes), revision: 1, run: run)
    }

    @Test("says run and attempt of each state of its trainer, and of a job that waits nothing")
    mutating func life() throws {
        run.found(nil, at: .zero)
        #expect(run.text == nil)
        let steps: [(TrainingStatus.State, Double, String?)] = [
            (.idle, 0, nil), (.running, 0, "team.gpu-1@2; attempt=1; first=0.0"),
            (.running, 3, "team.gpu-1@2; attempt=1; first=0.0"),
            (.error, 0, "team.gpu-1@2; attempt=1; first=0.0"),
            (.running, 2, "team.gpu-1@2; attempt=2; first=0.0"),
            (.done, 10, "team.gpu-1@2; attempt=2; first=0.0"),
            (.running, 0, "team.gpu-1@7; attempt=1; first=0.0"), (.idle, 0, nil),
        ]
        for (second, step) in steps.enumerated() {
            run.take(try bytes(step.0, step.1, at: Int64(second) + 1), at: .seconds(second))
            #expect(run.text == step.2)
        }
    }

    @Test("goes on with the run and the attempt of which the key tells")
    mutating func restart() throws {
        run.take(try bytes(5, at: 110), at: .zero)
        run.found(
            entry(try bytes(4, at: 100), run: "team.gpu-1@7.2; attempt=3; first=0.0"),
            at: .seconds(1))
        #expect(run.text == "team.gpu-1@7.2; attempt=3; first=0.0")
        run.take(try bytes(.error, 5, at: 120), at: .seconds(2))
        run.take(try bytes(4.5, at: 130), at: .seconds(3))
        #expect(run.text == "team.gpu-1@7.2; attempt=4; first=0.0")
    }

    @Test("a resume that began while it was away is one, though the next state is beyond")
    mutating func resumedMeanwhile() throws {
        run.take(try bytes(3, at: 1_000), at: .zero)
        run.found(
            entry(try bytes(3.5, at: 100), run: "team.gpu-1@7; attempt=1; first=0.0"), at: .zero)
        #expect(run.text == "team.gpu-1@7; attempt=2; first=0.0")
        run.take(try bytes(4, at: 1_010), at: .seconds(10))
        #expect(run.text == "team.gpu-1@7; attempt=2; first=0.0")
    }

    @Test("runs that followed each other before the cluster was there are told apart")
    mutating func waiting() throws {
        for (second, epoch) in [5.0, 6, 0, 1, 2].enumerated() {
            run.take(try bytes(epoch, at: 110 + Int64(second)), at: .seconds(second))
        }
        run.found(
            entry(try bytes(4, at: 100), run: "team.gpu-1@7; attempt=1; first=0.0"),
            at: .seconds(60))
        #expect(run.text == "team.gpu-1@112; attempt=1; first=0.0")
    }

    @Test(
        "what the key says of another's run, or of none, is nothing",
        arguments: [
            nil, "gpu-1@7; attempt=1; first=0.0", "x", "team.gpu-1@7; attempt=0; first=0.0",
        ])
    mutating func foreign(_ text: String?) throws {
        run.found(entry(try bytes(4, at: 100), run: text), at: .zero)
        run.take(try bytes(5, at: 110), at: .zero)
        #expect(run.text == "team.gpu-1@100; attempt=1; first=4.0")
    }

    @Test("a value that is no PULSE tells nothing")
    mutating func invalid() throws {
        run.found(entry(Array("{}".utf8), run: "team.gpu-1@7; attempt=1; first=0.0"), at: .zero)
        run.take(try bytes(5, at: 110), at: .zero)
        #expect(run.text == "team.gpu-1@110; attempt=1; first=5.0")
    }

    @Test("its own value, read back, changes nothing")
    mutating func readBack() throws {
        run.found(nil, at: .zero)
        for (second, epoch) in [1.0, 3, 2, 2.5].enumerated() {
            let value = try bytes(epoch, at: 100 + Int64(second))
            run.take(value, at: .seconds(second))
            run.found(entry(value, run: run.text), at: .seconds(second))
        }
        #expect(run.text == "team.gpu-1@100; attempt=2; first=1.0")
    }

    @Test("knows after a restart what tells a resume from a run that counts from 1")
    mutating func firstEpochs() throws {
        let value = entry(try bytes(2, at: 100), run: "team.gpu-1@7; attempt=1; first=1.0")
        run.take(try bytes(.error, 0, at: 110), at: .zero)
        run.found(value, at: .zero)
        var again = run
        run.take(try bytes(1.5, at: 120), at: .seconds(1))
        #expect(run.text == "team.gpu-1@7; attempt=2; first=1.0")
        again.take(try bytes(1, at: 120), at: .seconds(1))
        #expect(again.text == "team.gpu-1@120; attempt=1; first=1.0")
    }
}
