import Testing

@testable import PulseRun

@Suite("ReportedRun")
struct ReportedRunTests {
    @Test("follows steps, epochs and loss")
    func follows() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: 0.5))
        #expect(run.epoch == 1.5)
        #expect(run.totalEpochs == 3)
        #expect(run.loss == 0.5)
        #expect(run.message == "Training, step 24 of 48")
    }

    @Test("counts steps against the total that the user gave")
    func plannedSteps() {
        var run = ReportedRun(plannedEpochs: nil, plannedSteps: 40)
        run.accept(ProgressReport(step: 10, epoch: 0, isEpochWhole: true, loss: 0.5))
        #expect((run.epoch, run.totalEpochs) == (0.25, 1))
        run = ReportedRun(plannedEpochs: 4, plannedSteps: 40)
        run.accept(ProgressReport(step: 15, epoch: 1, isEpochWhole: true, loss: 0.5))
        #expect((run.epoch, run.totalEpochs) == (1.5, 4))
        #expect(run.message == "Training, step 15 of 40")
    }

    @Test("keeps the last loss when a report has none")
    func keepsLoss() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: 0.5))
        run.accept(ProgressReport(step: 48, totalSteps: 48, epoch: 3))
        #expect(run.loss == 0.5)
        #expect(run.epoch == 3)
    }

    @Test(
        "keeps the last finite loss, and says where it was lost",
        arguments: [
            (Double.nan, "loss is NaN at step 30"), (.infinity, "loss is inf at step 30"),
            (-.infinity, "loss is -inf at step 30"),
        ])
    func notFinite(loss: Double, message: String) {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: 0.5))
        run.accept(ProgressReport(step: 30, totalSteps: 48, epoch: 1.875, loss: loss))
        run.accept(ProgressReport(step: 31, totalSteps: 48, epoch: 1.9375))
        // Where it was lost, not where it still is.
        run.accept(ProgressReport(step: 32, totalSteps: 48, epoch: 2, loss: loss))
        #expect(run.loss == 0.5)
        #expect(run.message == message)
        run.accept(ProgressReport(step: 36, totalSteps: 48, epoch: 2.25, loss: 0.4))
        #expect(run.message == "Training, step 36 of 48")
    }

    @Test("doesn't believe a loss whose gradient is NaN")
    func hidden() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 8, totalSteps: 48, epoch: 0.5, loss: 0.75))
        run.accept(
            ProgressReport(step: 9, totalSteps: 48, epoch: 0.56, loss: 0.7, hasLostGradient: true))
        #expect(run.loss == 0.75)
        #expect(run.message.hasPrefix("loss is NaN at step 9 (its gradient tells"))
        run.accept(ProgressReport(step: 10, totalSteps: 48, epoch: 0.62, loss: 0.5))
        #expect(run.message == "Training, step 10 of 48")
    }

    @Test("tells more of the epoch than a trainer that rounds it")
    func precise() {
        var run = ReportedRun(plannedEpochs: 1)
        run.accept(ProgressReport(step: 1_234, totalSteps: 100_000, epoch: 0.01))
        #expect(run.epoch == 0.01234)
    }

    @Test("shows the trainer's own number where it is exact")
    func exact() {
        var run = ReportedRun(plannedEpochs: nil)
        for step in 1...30 {
            let epoch = Double(step) / 10
            run.accept(ProgressReport(step: Double(step), totalSteps: 30, epoch: epoch))
            #expect(run.epoch == epoch)
        }
    }

    @Test("names no step that is over")
    func noStep() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 43, totalSteps: 48, epoch: 2.69))
        run.accept(ProgressReport(epoch: 3, fraction: 1))
        #expect(run.message == "Training")
        #expect(run.epoch == 3)
    }

    @Test("takes a job that counts no epochs for one")
    func noEpochs() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 5, totalSteps: 20))
        #expect(run.epoch == 0.25)
        #expect(run.totalEpochs == 1)
    }

    @Test("spreads a job that counts no epochs over those that were planned")
    func plannedEpochs() {
        var run = ReportedRun(plannedEpochs: 4)
        run.accept(ProgressReport(fraction: 0.25, fractionError: 0.01))
        #expect(run.epoch == 1)
        #expect(run.totalEpochs == 4)
    }

    @Test("stays without a total at the beginning")
    func beginning() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(totalSteps: 48, fraction: 0, fractionError: 0.01))
        #expect(run.epoch == 0)
        #expect(run.totalEpochs == 0)
        #expect(run.message == "Training")
    }

    @Test("keeps its numbers when a report comes late")
    func late() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 40, totalSteps: 48, epoch: 2.5, loss: 0.5))
        let isTaken = run.accept(
            ProgressReport(step: 39, totalSteps: 48, epoch: 2.44, loss: 0.75))
        #expect(!isTaken)
        #expect(run.message == "Training, step 40 of 48")
        #expect(run.epoch == 2.5)
        #expect(run.loss == 0.5)
    }

    @Test("goes back with a trainer that resumes")
    func goesBack() {
        var run = ReportedRun(plannedEpochs: nil)
        run.accept(ProgressReport(step: 40, totalSteps: 48, epoch: 2.5))
        run.accept(ProgressReport(step: 16, totalSteps: 48, epoch: 1))
        #expect(run.epoch == 1)
        #expect(run.totalEpochs == 3)
    }
}
