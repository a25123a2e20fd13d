import Testing

@testable import PulseRun

@Suite("TotalEpochs")
struct TotalEpochsTests {
    @Test("is what the user said until the trainer says more, and 0 when nobody said anything")
    func unknown() {
        #expect(TotalEpochs(planned: nil).value == 0)
        #expect(TotalEpochs(planned: 3).value == 3)
    }

    /// The truth, and every step's epoch as HF rounds it.
    @Test(
        "finds the total from rounded epochs",
        arguments: [(3.0, 1_000), (1.0, 17), (10.0, 123_457), (0.5, 40), (2.5, 333), (7.3, 5_000)])
    func rounded(truth: Double, steps: Int) {
        var total = TotalEpochs(planned: nil)
        for step in 1...steps {
            let fraction = Double(step) / Double(steps)
            let epoch = (truth * fraction * 100).rounded() / 100
            total.narrow(epoch: epoch, done: (fraction, 0))
            // What the trainer rounded away bounds what can be known.
            #expect(abs(total.value - truth) <= 0.005 / fraction + 1e-9)
        }
        #expect(abs(total.value - truth) < 0.006)
        if truth == truth.rounded() { #expect(total.value == truth) }
    }

    @Test("takes a whole number as soon as it is the only one near")
    func snaps() {
        var total = TotalEpochs(planned: nil)
        total.narrow(epoch: 0.01, done: (3.0 / 1_000, 0))
        #expect(total.value != 3)
        total.narrow(epoch: 0.09, done: (30.0 / 1_000, 0))
        #expect(total.value == 3)
    }

    @Test("takes what the user said when the trainer's numbers allow it")
    func planned() {
        var total = TotalEpochs(planned: 2.5)
        total.narrow(epoch: 0.02, done: (8.0 / 1_000, 0))
        #expect(total.value == 2.5)
    }

    @Test("believes the trainer, not the user, when they contradict")
    func contradiction() {
        var total = TotalEpochs(planned: 10)
        total.narrow(epoch: 1, done: (0.5, 0))
        #expect(total.value == 2)
    }

    @Test("begins anew when the plan changes")
    func newPlan() {
        var total = TotalEpochs(planned: nil)
        total.narrow(epoch: 1.5, done: (0.5, 0))
        #expect(total.value == 3)
        total.narrow(epoch: 1.6, done: (0.2, 0))
        #expect(total.value == 8)
    }

    @Test("works with LLaMA-Factory's rounded percentage")
    func percentage() {
        var total = TotalEpochs(planned: nil)
        total.narrow(epoch: 0.125, done: (0.0417, 0.000_05))
        #expect(total.value == 3)
    }

    @Test("learns nothing from the very beginning")
    func beginning() {
        var total = TotalEpochs(planned: nil)
        total.narrow(epoch: 0, done: (0, 0))
        total.narrow(epoch: 0.5, done: (0, 0))
        total.narrow(epoch: 0.5, done: (0.005, 0.01))
        #expect(total.value == 0)
    }
}
