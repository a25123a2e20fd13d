import Testing

@testable import PulseRun

@Suite("KubeflowUpdate")
struct KubeflowUpdateTests {
    @Test("reads the update at the beginning")
    func beginning() throws {
        let report = try #require(
            Self.report(
                #"""
                {"trainerStatus": {"lastUpdatedTime": "2025-11-28T10:00:00+00:00", \#
                "progressPercentage": 0, "metrics": [{"name": "total_steps", "value": "48"}]}}
                """#))
        #expect(report.totalSteps == 48)
        #expect(report.epoch == nil)
        #expect(report.done?.fraction == 0)
    }

    @Test("reads an update on the way: the epoch that belongs to the step")
    func onTheWay() throws {
        let report = try #require(
            Self.report(
                #"""
                {"trainerStatus": {"lastUpdatedTime": "2025-11-28T10:00:05+00:00", \#
                "progressPercentage": 41, "estimatedRemainingSeconds": 12, "metrics": [\#
                {"name": "loss", "value": "3.9312"}, {"name": "grad_norm", "value": "1.5"}, \#
                {"name": "learning_rate", "value": "4.89e-05"}, {"name": "epoch", "value": "1.0"}, \#
                {"name": "current_step", "value": "20"}, {"name": "total_steps", "value": "48"}, \#
                {"name": "current_epoch", "value": "1.25"}]}}
                """#))
        #expect(report.step == 20)
        #expect(report.totalSteps == 48)
        #expect(report.epoch == 1.25)
        #expect(report.loss == 3.9312)
        #expect(report.details.learningRate == 4.89e-05)
        #expect(report.details.metrics == [.init(name: "grad_norm", value: 1.5)])
        #expect(report.details.repeatsMetrics)
        #expect(report.done?.fraction == 20.0 / 48)
    }

    @Test("reads the update at the end, which has no steps")
    func end() throws {
        let report = try #require(
            Self.report(
                #"""
                {"trainerStatus": {"lastUpdatedTime": "t", "progressPercentage": 100, \#
                "estimatedRemainingSeconds": 0, "metrics": [{"name": "train_loss", "value": "2.5"}, \#
                {"name": "train_runtime", "value": "3.2"}, {"name": "epoch", "value": "3.0"}]}}
                """#))
        #expect(report.done?.fraction == 1)
        #expect(report.done?.error == 0)
        #expect(report.epoch == 3)
        #expect(report.loss == nil)
    }

    @Test("reads Python's words for what isn't finite", arguments: ["nan", "inf", "-inf"])
    func notFinite(text: String) throws {
        let body = #"{"trainerStatus": {"metrics": [{"name": "loss", "value": "\#(text)"}]}}"#
        #expect(try #require(Self.report(body)?.loss).isFinite == false)
    }

    @Test("finds a NaN that transformers hides", arguments: [("nan", true), ("1.5", false)])
    func hidden(norm: String, isLost: Bool) throws {
        let body = #"{"trainerStatus": {"metrics": [{"name": "grad_norm", "value": "\#(norm)"}]}}"#
        #expect(try #require(Self.report(body)).hasLostGradient == isLost)
    }

    @Test("takes values that are no numbers for none")
    func words() throws {
        let body = #"{"trainerStatus": {"metrics": [{"name": "loss", "value": "n/a"}, 7, {}]}}"#
        #expect(try #require(Self.report(body)) == ProgressReport())
    }

    @Test(
        "refuses what is no update",
        arguments: ["", "{}", "[]", #"{"trainerStatus": 3}"#, #"{"status": {}}"#])
    func refused(body: String) {
        #expect(Self.report(body) == nil)
    }

    private static func report(_ body: String) -> ProgressReport? {
        KubeflowUpdate.report(of: Array(body.utf8))
    }
}
