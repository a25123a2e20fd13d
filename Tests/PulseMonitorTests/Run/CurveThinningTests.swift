import PulseMonitor
import TestSupport
import Testing

@Suite("CurveThinning")
struct CurveThinningTests {
    @Test("keeps all of a short curve", arguments: [0, 1, 4, 8])
    func short(count: Int) {
        let values = (0..<count).map(Double.init)
        #expect(CurveThinning.kept(of: values, limit: 8) == Array(0..<count))
    }

    @Test("keeps the first, the last and each peak, and no more than asked for", arguments: 1...50)
    func peaks(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var values = (0..<Int.random(in: 9...5_000, using: &random)).map { _ in 0.5 }
        let limit = Int.random(in: 8...300, using: &random)
        let peaks = [
            Int.random(in: values.indices, using: &random),
            Int.random(in: values.indices, using: &random),
        ]
        values[peaks[0]] = 9
        values[peaks[1]] = -9
        let kept = CurveThinning.kept(of: values, limit: limit)
        #expect(kept.count <= max(limit, 0))
        #expect(kept == kept.sorted() && Set(kept).count == kept.count)
        #expect(kept.first == 0 && kept.last == values.count - 1)
        #expect(kept.map { values[$0] }.min() == -9)
        #expect(kept.map { values[$0] }.max() == 9 || peaks[0] == peaks[1])
    }
}
