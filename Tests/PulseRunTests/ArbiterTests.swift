import Pulse
import Testing

@testable import PulseRun

@Suite("Arbiter")
struct ArbiterTests {
    private let half = ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: 0.5)
    private let failed = Ending(cause: .ended(.exited(1)), output: "ValueError: bad")
    private let done = Ending(cause: .ended(.exited(0)))

    private func arbiter(planned: Double? = nil) -> Arbiter {
        Arbiter(program: "python", plannedEpochs: planned)
    }

    private func status(
        _ state: TrainingStatus.State, epoch: Double = 1, loss: Double = 0.25
    ) throws -> PulseDocument {
        PulseDocument(
            try TrainingStatus(
                status: state, epoch: epoch, totalEpochs: 3, loss: loss, message: "its own",
                timestamp: 1))
    }

    @Test("begins as the order says: running, epoch 0, the total that was planned")
    func start() {
        let start = arbiter(planned: 3).start
        #expect(
            start
                == StatusDraft(
                    state: .running, epoch: 0, totalEpochs: 3, loss: 0, message: "Started python"))
    }

    @Test("turns a report into a state")
    func report() throws {
        var arbiter = arbiter()
        let report = arbiter.report(half, from: .callback)
        let draft = try #require(report)
        #expect(draft.state == .running)
        #expect(draft.epoch == 1.5)
        #expect(draft.totalEpochs == 3)
        #expect(draft.loss == 0.5)
    }

    @Test("keeps a silent command alive with what it has reported, and with nothing new")
    func keepAlive() throws {
        var arbiter = arbiter(planned: 3)
        #expect(
            arbiter.keepAlive
                == StatusDraft(
                    state: .running, epoch: 0, totalEpochs: 3, loss: 0,
                    message: "python runs and has reported nothing yet"))
        let draft = arbiter.report(half, from: .named)
        #expect(arbiter.keepAlive == draft)
    }

    @Test("writes nothing for a report that is late, whoever sends it", arguments: [0, 1])
    func late(source: Int) throws {
        let source = try #require(Arbiter.Source(rawValue: source))
        var arbiter = arbiter()
        _ = arbiter.report(half, from: source)
        let before = ProgressReport(step: 23, totalSteps: 48, epoch: 1.44)
        let late = arbiter.report(before, from: source)
        #expect(late == nil)
        let after = ProgressReport(step: 25, totalSteps: 48, epoch: 1.56)
        let next = arbiter.report(after, from: source)
        #expect(next?.message == "Training, step 25 of 48")
    }

    @Test("believes the log, once it has spoken, and not the callbacks")
    func logOutranks() throws {
        var arbiter = arbiter()
        _ = arbiter.report(half, from: .callback)
        let log = ProgressReport(step: 12, totalSteps: 48, epoch: 0.75, loss: 0.75)
        let fromLog = arbiter.report(log, from: .named)
        #expect(fromLog?.epoch == 0.75)
        let fromCallback = arbiter.report(half, from: .callback)
        #expect(fromCallback == nil)
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.epoch == 0.75)
        #expect(final.loss == 0.75)
    }

    @Test("believes the source of the higher rank, whoever spoke first")
    func order() {
        let order: [Arbiter.Source] = [.output, .table, .events, .lines, .callback, .named]
        #expect(order == Arbiter.Source.allCases)
        for (index, lower) in order.enumerated() {
            for higher in order[(index + 1)...] {
                var arbiter = arbiter()
                var draft = arbiter.report(half, from: lower)
                #expect(draft?.epoch == 1.5)
                draft = arbiter.report(
                    ProgressReport(step: 12, totalSteps: 48, epoch: 0.75), from: higher)
                #expect(draft?.epoch == 0.75)
                draft = arbiter.report(half, from: lower)
                #expect(draft == nil)
            }
        }
    }

    @Test("keeps a lost loss that any source tells of", arguments: Arbiter.Source.allCases)
    func lostLoss(source: Arbiter.Source) throws {
        for believed in Arbiter.Source.allCases where believed != source {
            var arbiter = arbiter()
            _ = arbiter.report(half, from: believed)
            let lost = ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: .nan)
            _ = arbiter.report(lost, from: source)
            let next = ProgressReport(step: 25, totalSteps: 48, epoch: 1.5625, loss: 0.4)
            _ = arbiter.report(next, from: believed)
            #expect(arbiter.keepAlive.message == "loss is NaN at step 24")
            let final = try #require(arbiter.finalStatus(done))
            #expect(final.message.hasPrefix("loss is NaN at step 24; "))
        }
    }

    @Test("calls a prediction what it is, and its closing line ends nothing")
    func prediction() throws {
        var arbiter = arbiter()
        let lines = [
            #"{"current_steps": 35, "total_steps": 40, "percentage": 87.5, "elapsed_time": "0:00:07"}"#,
            #"{"current_steps": 40, "total_steps": 40, "percentage": 100.0, "elapsed_time": "0:00:08"}"#,
            #"{"current_steps": 0, "total_steps": 40, "percentage": 0.0, "elapsed_time": "0:00:09"}"#,
        ]
        for line in lines {
            guard let report = LlamaFactoryLog.report(of: Array(line.utf8)) else { continue }
            _ = arbiter.report(report, from: .lines)
        }
        #expect(arbiter.keepAlive.message == "Evaluating, step 40 of 40")
        #expect(try #require(arbiter.finalStatus(done)).message == "Evaluation completed")
    }

    @Test("writes nothing while the trainer writes itself")
    func ownOutranks() throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(.running)))
        let draft = arbiter.report(half, from: .named)
        #expect(draft == nil)
    }

    @Test(
        "leaves the final status to a trainer that wrote one",
        arguments: [
            (TrainingStatus.State.done, true), (.error, true), (.error, false),
        ])
    func trainersFinalStatus(state: TrainingStatus.State, succeeded: Bool) throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(state)))
        #expect(arbiter.finalStatus(succeeded ? done : failed) == nil)
    }

    @Test(
        "says error when something fails after the training",
        arguments: [(TrainingStatus.State.done, 1.0), (.done, 3), (.running, 3)])
    func failsAfterTraining(state: TrainingStatus.State, epoch: Double) throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(state, epoch: epoch)))
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.state == .error)
        #expect(final.epoch == epoch)
        #expect(final.message == "exit code 1 after the training: ValueError: bad")
        let killed = try #require(arbiter.finalStatus(Ending(cause: .ended(.killed(9)))))
        #expect(killed.message == "killed by SIGKILL after the training")
    }

    @Test("says error when something fails after the last epoch that a log or callback reported")
    func failsAfterReports() throws {
        var arbiter = arbiter()
        _ = arbiter.report(ProgressReport(step: 48, totalSteps: 48, epoch: 3), from: .callback)
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.message == "exit code 1 after the training: ValueError: bad")
    }

    @Test("says that nothing was reported, or that the first epoch was not left")
    func unreported() throws {
        #expect(
            arbiter(planned: 3).finalStatus(done)?.message == "exit code 0; nothing was reported")
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(.running, epoch: 0)))
        let final = try #require(arbiter.finalStatus(done))
        #expect(final.message == "Training completed; the last report was epoch 0 of 3")
    }

    @Test("says that processes still run, whatever the ending", arguments: [0, 1] as [Int32])
    func leavesProcesses(code: Int32) throws {
        let ending = Ending(cause: .ended(.exited(code)), leavesProcesses: true)
        let final = try #require(arbiter().finalStatus(ending))
        #expect(final.message.hasSuffix("; processes that it started still run"))
    }

    @Test("says done for a trainer that only stopped, with all epochs done")
    func completes() throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(.running, epoch: 2.97, loss: 0.125)))
        #expect(
            try #require(arbiter.finalStatus(done))
                == StatusDraft(
                    state: .done, epoch: 3, totalEpochs: 3, loss: 0.125,
                    message: "Training completed"))
    }

    @Test("says where a job stopped that ended well before its end")
    func stoppedEarly() throws {
        var arbiter = arbiter()
        _ = arbiter.report(half, from: .named)
        let final = try #require(arbiter.finalStatus(done))
        #expect(final.state == .done)
        #expect(final.epoch == 3)
        #expect(final.message == "Training completed; the last report was epoch 1.5 of 3")
    }

    @Test("takes what was done for the total when nobody knew it")
    func unknownTotal() throws {
        var arbiter = arbiter()
        _ = arbiter.report(ProgressReport(epoch: 2.5, loss: 0.5), from: .named)
        let final = try #require(arbiter.finalStatus(done))
        #expect(final.epoch == 2.5)
        #expect(final.totalEpochs == 2.5)
    }

    @Test("says error with the reason, and keeps the last epoch and loss")
    func fails() throws {
        var arbiter = arbiter()
        _ = arbiter.report(half, from: .callback)
        #expect(
            try #require(arbiter.finalStatus(failed))
                == StatusDraft(
                    state: .error, epoch: 1.5, totalEpochs: 3, loss: 0.5,
                    message: "exit code 1: ValueError: bad"))
    }

    @Test("writes the final status where the trainer's own was invalid")
    func invalid() throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(.done)))
        arbiter.accept(.invalid(Self.error(#"{"status": "do"#)))
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.state == .error)
        #expect(final.epoch == 1)
    }

    @Test("doesn't let a loss that wasn't finite end well")
    func divergedInLog() throws {
        var arbiter = arbiter()
        _ = arbiter.report(half, from: .named)
        let diverged = ProgressReport(step: 48, totalSteps: 48, epoch: 3, loss: .nan)
        let draft = arbiter.report(diverged, from: .named)
        #expect(draft?.message == "loss is NaN at step 48")
        let final = try #require(arbiter.finalStatus(done))
        #expect(final.message == "loss is NaN at step 48; Training completed")
        #expect(final.loss == 0.5)
    }

    @Test("reads a NaN in the trainer's own file as what it is")
    func divergedInFile() throws {
        var arbiter = arbiter()
        arbiter.accept(.valid(try status(.running)))
        arbiter.accept(.invalid(Self.error(#"{"loss": NaN"#)))
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.message.hasPrefix("loss is NaN"))
        #expect(final.message.hasSuffix("; exit code 1: ValueError: bad"))
        #expect(final.loss == 0.25)
    }

    private static func error(_ document: String) -> PulseError {
        do throws(PulseError) {
            _ = try PulseDecoder.decode(Array(document.utf8))
        } catch {
            return error
        }
        preconditionFailure("valid: \(document)")
    }

    @Test("tells in version 2 what version 1 has no place for, and null for what isn't known")
    func version2() throws {
        var arbiter = Arbiter(program: "python", plannedEpochs: nil, version: 2)
        #expect(arbiter.start.details == .unknown)
        #expect(arbiter.start.hasLoss == false)
        var report = half
        report.details.take(rate: 1e-5)
        report.details.take(metric: "eval_loss", 0.25)
        report.details.take(metric: "acc", .nan)
        var reported = arbiter.report(report, from: .named)
        var draft = try #require(reported)
        #expect(draft.hasLoss)
        #expect(draft.message == "Training, step 24 of 48; acc is NaN")
        #expect(draft.details?.stepsDone == 24)
        #expect(draft.details?.totalSteps == 48)
        #expect(draft.details?.learningRate == 1e-5)
        #expect(draft.details?.metrics.map(\.name) == ["eval_loss"])
        arbiter.forgetMetrics()
        #expect(arbiter.keepAlive.details?.metrics.isEmpty == true)
        #expect(arbiter.keepAlive.message == "Training, step 24 of 48")
        // A measure alone is worth a document; for version 1 it isn't.
        var aside = ProgressReport()
        aside.details.take(metric: "eval_loss", 0.125)
        reported = arbiter.report(aside, from: .named)
        draft = try #require(reported)
        #expect(draft.epoch == 1.5)
        #expect(draft.details?.metrics.map(\.value) == [0.125])
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.details?.stepsDone == 24)
        #expect(final.details?.metrics.map(\.value) == [0.125])
    }

    @Test("tells nothing in version 1 of what it has no place for")
    func version1() throws {
        var arbiter = arbiter()
        var aside = ProgressReport()
        aside.details.take(metric: "eval_loss", .nan)
        var draft = arbiter.report(aside, from: .named)
        #expect(draft == nil)
        #expect(arbiter.believed == nil)
        var report = half
        report.details = aside.details
        draft = arbiter.report(report, from: .named)
        #expect(draft?.details == nil)
        #expect(draft?.message == "Training, step 24 of 48")
    }

    @Test("takes an update of a callback for a sign of life, whatever it tells", arguments: [1, 2])
    func updateWithoutProgress(version: Int) throws {
        for metrics in ["", #"{"name": "acc", "value": "0.5"}"#] {
            var arbiter = Arbiter(program: "python", plannedEpochs: nil, version: version)
            let body = #"{"trainerStatus": {"metrics": [\#(metrics)]}}"#
            let update = try #require(KubeflowUpdate.report(of: Array(body.utf8)))
            let draft = arbiter.report(update, from: .callback)
            #expect(draft?.message == "Training")
            #expect(draft?.details?.metrics.count == (version == 1 ? nil : metrics.isEmpty ? 0 : 1))
            #expect(arbiter.believed == .reports(.callback))
        }
    }

    @Test("believes no source for a measure alone")
    func measureAlone() {
        var arbiter = Arbiter(program: "python", plannedEpochs: nil, version: 2)
        var draft = arbiter.report(half, from: .output)
        #expect(draft?.details?.stepsDone == 24)
        var aside = ProgressReport()
        aside.details.take(metric: "eval_loss", 0.5)
        draft = arbiter.report(aside, from: .named)
        #expect(draft == nil)
        #expect(arbiter.believed == .reports(.output))
        // It is told with the first progress of its source.
        draft = arbiter.report(half, from: .named)
        #expect(draft?.details?.metrics.map(\.name) == ["eval_loss"])
    }

    @Test("counts no step of an evaluation, and one more than the number of one counted from 0")
    func steps() {
        var arbiter = Arbiter(program: "python", plannedEpochs: nil, plannedSteps: 40, version: 2)
        #expect(arbiter.start.details?.totalSteps == 40)
        var draft = arbiter.report(
            ProgressReport(step: 3, totalSteps: 9, isEvaluation: true), from: .lines)
        #expect(draft?.details?.stepsDone == nil)
        draft = arbiter.report(ProgressReport(step: 9, isStepIndex: true, epoch: 0), from: .lines)
        #expect(draft?.details?.stepsDone == 10)
        #expect(draft?.details?.totalSteps == 40)
        // An epoch without a step ends what was known of steps.
        draft = arbiter.report(ProgressReport(epoch: 2), from: .lines)
        #expect(draft?.details?.stepsDone == nil)
    }

    @Test("keeps what the trainer told as version 2 in its final status", arguments: [1, 2])
    func trainerDetails(version: Int) throws {
        let details = try RunDetails(
            profile: "p", stepsDone: 10, learningRate: 1e-5, metrics: [("eval_loss", 0.5)],
            run: "r", attempt: 3)
        for hasLoss in [true, false] {
            var arbiter = Arbiter(program: "python", plannedEpochs: nil, version: version)
            let running = try status(.running, loss: 0.25).v1
            arbiter.accept(.valid(PulseDocument(running, details: details, hasLoss: hasLoss)))
            for ending in [failed, done] {
                let final = try #require(arbiter.finalStatus(ending))
                #expect(final.details == details)
                #expect(final.hasLoss == hasLoss)
                let document = try final.document(at: 2)
                #expect(document.loss == (hasLoss ? 0.25 : nil))
            }
            // What is wrong with its next document changes nothing of that.
            arbiter.accept(.invalid(try #require(PulseError.of("{\"version\": 2, \"status\": 7}"))))
            #expect(arbiter.finalStatus(done)?.details == details)
        }
        // A trainer that writes version 1 goes on in it.
        var arbiter = Arbiter(program: "python", plannedEpochs: nil, version: version)
        arbiter.accept(.valid(try status(.running)))
        let final = try #require(arbiter.finalStatus(failed))
        #expect(final.details == nil)
    }
}

extension PulseError {
    /// Why a document is invalid.
    fileprivate static func of(_ document: String) -> PulseError? {
        do {
            _ = try PulseDecoder.decodeDocument(Array(document.utf8))
            return nil
        } catch {
            return error
        }
    }
}
