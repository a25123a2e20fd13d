import Testing

import Pulse
@testable import PulseMonitor

@Suite("ProgressSlope")
struct ProgressSlopeTests {
    /// A slope that saw these epochs, one every ten seconds.
    private func slope(_ epochs: [Double]) -> ProgressSlope {
        var slope = ProgressSlope()
        for (index, epoch) in epochs.enumerated() {
            slope.append(epoch: epoch, at: .seconds(10 * index))
        }
        return slope
    }

    @Test(
        "knows nothing until it saw a start and three advances",
        arguments: [
            ([], nil), ([0], nil), ([0, 0.1], nil), ([0, 0.1, 0.2], nil),
            ([0, 0.1, 0.2, 0.3], nil),
            // 0.1 epochs in ten seconds: 0.6 are left.
            ([0, 0.1, 0.2, 0.3, 0.4], 60), ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], nil),
        ] as [([Double], Double?)])
    func unknown(_ epochs: [Double], _ seconds: Double?) {
        #expect(slope(epochs).secondsLeft(until: 1) == seconds)
    }

    @Test("says nothing without a total, and nothing left beyond it")
    func totals() {
        let slope = slope([0, 0.1, 0.2, 0.3, 0.4, 0.5])
        #expect(slope.secondsLeft(until: 0) == nil)
        #expect(slope.secondsLeft(until: 0.5) == 0)
        #expect(slope.secondsLeft(until: 0.25) == 0)
    }

    @Test("doesn't count the jump to the checkpoint of a resumed run")
    func resume() {
        #expect(slope([0, 6, 6.1, 6.2, 6.3]).secondsLeft(until: 10) == 370)
        #expect(slope([0, 0, 0, 6, 6.1, 6.2, 6.3]).secondsLeft(until: 10) == 370)
    }

    @Test("doesn't count the start-up before the first advance")
    func startUp() {
        let waited = [Double](repeating: 0, count: 100) + [0.1, 0.2, 0.3, 0.4]
        #expect(slope(waited).secondsLeft(until: 1) == 60)
    }

    @Test("follows a change of speed once it has lasted half as long as the run")
    func followsSpeed() throws {
        let slow = stride(from: 0, to: 1, by: 0.01).map { $0 }
        let fast = stride(from: 1, through: 3, by: 0.04).map { $0 }
        let seconds = try #require(slope(slow + fast).secondsLeft(until: 4))
        // One epoch is left: 250 seconds at the new speed, 1,000 at the old.
        #expect((250...400).contains(seconds))
    }

    @Test(
        "survives numbers at the ends of the doubles",
        arguments: [Double.greatestFiniteMagnitude, 1.7e308, 1e300, .leastNonzeroMagnitude, 1e-300])
    func extremes(_ total: Double) {
        let steps = [
            1, 20, total / 10, .leastNonzeroMagnitude, 1e-300, .greatestFiniteMagnitude / 10,
        ]
        for step in steps {
            let epochs = (0...6).map { Double($0) * step }
            if let seconds = slope(epochs).secondsLeft(until: total) {
                #expect(seconds.isFinite && seconds >= 0)
            }
        }
    }

    @Test("survives states that arrive at the same moment")
    func noTime() {
        var slope = ProgressSlope()
        for epoch in 0...10 { slope.append(epoch: Double(epoch), at: .seconds(1)) }
        #expect(slope.secondsLeft(until: 20) == nil)
    }

    @Test("stays exact over more states than it can hold")
    func longRun() throws {
        var slope = ProgressSlope()
        for index in 0...100_000 {
            slope.append(epoch: Double(index) / 1_000, at: .milliseconds(500 * index))
        }
        let seconds = try #require(slope.secondsLeft(until: 120))
        #expect(abs(seconds - 10_000) < 20)
    }
}
