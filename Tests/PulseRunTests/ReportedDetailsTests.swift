import Pulse
import Testing

@testable import PulseRun

@Suite("ReportedDetails")
struct ReportedDetailsTests {
    private func details(
        _ metrics: KeyValuePairs<String, Double>, rate: Double? = nil, repeats: Bool = false
    ) -> ReportDetails {
        var details = ReportDetails()
        details.take(rate: rate)
        details.repeatsMetrics = repeats
        for (name, value) in metrics { details.take(metric: name, value) }
        return details
    }

    private func metrics(_ known: ReportedDetails) -> [String: Double] {
        let metrics = known.document(steps: nil, totalSteps: nil).metrics
        return Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0.value) })
    }

    @Test("keeps a rate until the next, and a metric until it was written")
    func keeps() {
        var known = ReportedDetails()
        known.take(details(["eval_loss": 0.5], rate: 1e-5))
        known.take(details(["grad_norm": 2]))
        #expect(metrics(known) == ["eval_loss": 0.5, "grad_norm": 2])
        known.forgetMetrics()
        #expect(metrics(known) == [:])
        #expect(known.document(steps: nil, totalSteps: nil).learningRate == 1e-5)
    }

    @Test("takes no metric for new that a source only repeats")
    func repeats() {
        var known = ReportedDetails()
        known.take(details(["eval_loss": 0.5], repeats: true))
        known.forgetMetrics()
        known.take(details(["eval_loss": 0.5, "grad_norm": 1], repeats: true))
        #expect(metrics(known) == ["grad_norm": 1])
        known.forgetMetrics()
        known.take(details(["eval_loss": 0.25, "grad_norm": 1], repeats: true))
        #expect(metrics(known) == ["eval_loss": 0.25])
    }

    @Test("leaves out what has no spelling, and says so")
    func notFinite() {
        var known = ReportedDetails()
        known.take(details(["b": .nan, "c": 1, "a": .infinity, "d": -.infinity]))
        #expect(metrics(known) == ["c": 1])
        #expect(known.problems == ["a is inf", "b is NaN", "d is -inf"])
        known.forgetMetrics()
        #expect(known.problems.isEmpty)
    }

    @Test("keeps the first 64 names of the run")
    func names() {
        var known = ReportedDetails()
        for number in 0..<100 { known.take(details(["m\(number)": 1])) }
        #expect(metrics(known).count == 64)
        known.forgetMetrics()
        known.take(details(["m63": 2, "m64": 2]))
        #expect(metrics(known) == ["m63": 2])
    }

    @Test(
        "calls what is unlimited, or no count, not known",
        arguments: [
            (310, 310), (0, 0), (9_007_199_254_740_991, 9_007_199_254_740_991),
            (9_007_199_254_740_992, nil), (9.223372036854775807e18, nil), (-1, nil), (1.5, nil),
            (.infinity, nil), (.nan, nil), (nil, nil),
        ] as [(Double?, Int64?)])
    func counts(told: Double?, count: Int64?) {
        let document = ReportedDetails().document(steps: told, totalSteps: told)
        #expect(document.stepsDone == count)
        #expect(document.totalSteps == count)
    }
}
