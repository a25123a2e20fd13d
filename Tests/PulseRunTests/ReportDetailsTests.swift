import Testing

@testable import PulseRun

@Suite("ReportDetails")
struct ReportDetailsTests {
    @Test("takes the largest rate, and none that can't be one")
    func rates() {
        var details = ReportDetails()
        for rate in [nil, -1, .nan, .infinity] as [Double?] { details.take(rate: rate) }
        #expect(details.learningRate == nil)
        details.take(rate: -0.0)
        #expect(details.learningRate?.sign == .plus)
        for rate in [0.1, 1, 0.5] { details.take(rate: rate) }
        #expect(details.learningRate == 1)
    }

    @Test(
        "takes a size in GiB as bytes, and none that can't be one",
        arguments: [
            (0, 0), (1.5, 1_610_612_736), (0.01, 10_737_418), (-1, nil), (.nan, nil),
            (.infinity, nil), (1e300, nil), (nil, nil),
        ] as [(Double?, Int64?)])
    func memory(gibibytes: Double?, bytes: Int64?) {
        var details = ReportDetails()
        details.take(gibibytes: gibibytes)
        #expect(details.memory == bytes)
    }

    @Test(
        "makes a name fit for a document",
        arguments: [
            ("eval_loss", "eval_loss"), ("metrics/mAP50(B)", "metrics/mAP50_B_"),
            ("точность %", "________" + "__"), ("a b", "a_b"),
            (String(repeating: "a", count: 65), String(repeating: "a", count: 64)),
        ])
    func names(name: String, fit: String) {
        var details = ReportDetails()
        details.take(metric: name, 1)
        #expect(details.metrics.map(\.name) == [fit])
    }

    @Test("keeps the first names and the newest values, 64 at most, and none without a name")
    func metrics() {
        var details = ReportDetails()
        details.take(metric: "", 1)
        for value in [1.0, 2] {
            for number in 0..<100 { details.take(metric: "m\(number)", value) }
        }
        #expect(details.metrics.map(\.name) == (0..<64).map { "m\($0)" })
        #expect(details.metrics.allSatisfy { $0.value == 2 })
    }
}
