import Testing

@testable import PulseRun

@Suite("LlamaFactoryLog")
struct LlamaFactoryLogTests {
    @Test("reads LLaMA-Factory's lines")
    func current() throws {
        let report = try #require(
            Self.report(
                #"""
                {"current_steps": 2, "total_steps": 48, "loss": 3.93, "lr": 4.89e-05, "epoch": 0.125, \#
                "percentage": 4.17, "elapsed_time": "0:00:00", "remaining_time": "0:00:00"}
                """#))
        #expect(report.step == 2)
        #expect(report.totalSteps == 48)
        #expect(report.epoch == 0.125)
        #expect(report.loss == 3.93)
        #expect(report.elapsed == 0)
        #expect(report.done?.fraction == 2.0 / 48)
        #expect(report.done?.error == 0)
    }

    @Test("reads the lines of the v1 engine")
    func versionOne() throws {
        let report = try #require(
            Self.report(
                #"{"epoch": 0.5, "loss": 1.25, "grad_norm": 2, "step": 5, "total_steps": 30}"#))
        #expect(report.step == 5)
        #expect(report.totalSteps == 30)
        #expect(report.epoch == 0.5)
        #expect(report.loss == 1.25)
    }

    @Test("reads old lines, whose empty fields are null")
    func nulls() throws {
        let report = try #require(
            Self.report(
                #"""
                {"current_steps": 10, "total_steps": 20, "loss": null, "eval_loss": null, \#
                "predict_loss": null, "reward": null, "learning_rate": 1e-05, "epoch": 1.5, \#
                "percentage": 50.0, "elapsed_time": "0:00:10", "remaining_time": "0:00:10"}
                """#))
        #expect(report.loss == nil)
        #expect(report.epoch == 1.5)
    }

    @Test("reads the rate, the memory and other measures, by their names")
    func details() throws {
        var report = try #require(
            Self.report(
                #"""
                {"current_steps": 2, "total_steps": 48, "loss": 3.93, "lr": 4.89e-05, "epoch": 0.125, \#
                "percentage": 4.17, "elapsed_time": "0:00:00", "throughput": 812.5, \#
                "vram_allocated": 1.25, "vram_reserved": 1.5}
                """#))
        #expect(report.details.learningRate == 4.89e-05)
        #expect(report.details.memory == 1_610_612_736)
        #expect(report.details.metrics.map(\.name) == ["throughput", "vram_allocated"])
        report = try #require(
            Self.report(
                #"{"current_steps": 4, "total_steps": 48, "eval_loss": 0.5, "epoch": 0.25, "lr": -1}"#
            ))
        #expect(report.details.learningRate == nil)
        #expect(report.details.metrics == [.init(name: "eval_loss", value: 0.5)])
    }

    @Test("reads lines without steps by their percentage")
    func percentage() throws {
        let report = try #require(Self.report(#"{"percentage": 25.0, "epoch": 0.75}"#))
        #expect(report.done?.fraction == 0.25)
        #expect(report.done?.error == 0.000_05)
    }

    @Test("keeps a loss that isn't finite", arguments: ["NaN", "Infinity", "-Infinity"])
    func notFinite(literal: String) throws {
        let line = #"{"current_steps": 3, "total_steps": 9, "loss": \#(literal), "epoch": 1.0}"#
        #expect(try #require(Self.report(line)?.loss).isFinite == false)
    }

    @Test(
        "passes over everything else",
        arguments: [
            "", "Loading model", #"{"current_steps": 3, "total_st"#, "[]", "7", "{}",
            #"{"eval_loss": 0.5}"#, #"{"current_steps": "3", "total_steps": []}"#,
        ])
    func others(line: String) {
        #expect(Self.report(line) == nil)
    }

    @Test("believes no numbers below zero and none that aren't finite but the loss")
    func nonsense() throws {
        let report = try #require(
            Self.report(
                #"{"current_steps": -3, "total_steps": Infinity, "epoch": NaN, "loss": -0.5}"#))
        #expect(report == ProgressReport(loss: -0.5))
    }

    private static func report(_ line: String) -> ProgressReport? {
        LlamaFactoryLog.report(of: Array(line.utf8))
    }
}
