import Testing

@testable import PulseServer

@Suite("Metrics")
struct MetricsTests {
    @Test("counts by route and code, in a fixed order, and leaves out what never happened")
    func counts() {
        let metrics = Metrics()
        metrics.count(.other, code: 404)
        metrics.count(.status, code: 304)
        metrics.count(.status, code: 200)
        metrics.count(.status, code: 200)
        let rows = metrics.requests.map { "\($0.key.route) \($0.key.code) \($0.count)" }
        #expect(rows == ["status 200 2", "status 304 1", "other 404 1"])
    }

    @Test("counts a code that isn't in the list as what it is")
    func unknownCode() {
        let metrics = Metrics()
        metrics.count(.events, code: 299)
        metrics.count(.events, code: 500)
        metrics.count(.events, code: 299)
        #expect(metrics.requests.map { $0.key.code } == [299, 500])
        #expect(metrics.requests.map { $0.count } == [2, 1])
    }
}
