import TestSupport
import Testing

@testable import PulseRun

@Suite("ReportOrder")
struct ReportOrderTests {
    /// One line of a log, and whether it is passed over.
    typealias Line = (step: Double, elapsed: Double?, isLate: Bool)

    @Test(
        "tells what is late from what began again",
        arguments: [
            // One trainer; it says a step twice when it evaluates.
            [(10, 10, false), (20, 20, false), (20, 25, false), (30, 35, false)],
            // Two nodes, one behind the other, as a public log has them.
            [
                (1010, 980, false), (1030, 1000, false), (1020, 990, true), (1040, 1010, false),
                (1030, 1000, true), (1050, 1020, false), (1040, 1010, true), (1050, 1020, false),
            ],
            // The slower node began to count earlier.
            [(1030, 1000, false), (1020, 1004, true), (1040, 1010, false), (1030, 1014, true)],
            // The slower node is several lines behind.
            [(100, 100, false), (70, 70, true), (80, 80, true), (110, 110, false), (90, 90, true)],
            // Started again, from a checkpoint just before, long before, and from the beginning.
            [(1030, 3600, false), (1010, 35, false), (1020, 70, false), (1030, 105, false)],
            [(1030, 3600, false), (510, 35, false), (520, 70, false)],
            [(1030, 3600, false), (10, 35, false), (20, 70, false)],
            // Started again soon after it had resumed: nothing tells until it goes on.
            [(1020, 70, false), (910, 35, true), (920, 70, true), (930, 105, true)],
            [
                (1020, 70, false), (930, 105, true), (940, 140, false), (950, 175, false),
            ],
            // A closing line that names no step is no beginning.
            [(40, 750, false), (0, 760, true)],
            // Without a time: a little back, then on.
            [
                (1030, nil, false), (1020, nil, true), (1040, nil, false), (1030, nil, true),
                (1050, nil, false),
            ],
            // Without a time: a little back, and on from there.
            [(1030, nil, false), (1010, nil, true), (1020, nil, false), (1030, nil, false)],
            // Without a time: far back.
            [(1030, nil, false), (500, nil, false), (510, nil, false)],
            // A line with a time among lines without.
            [(1030, nil, false), (1020, 20, true), (1040, 40, false), (1030, nil, true)],
            // Late at the end: nothing follows.
            [(470, nil, false), (480, nil, false), (470, nil, true)],
        ] as [[Line]])
    func table(lines: [Line]) {
        var order = ReportOrder()
        for (index, line) in lines.enumerated() {
            var report = ProgressReport(step: line.step, totalSteps: 2_000)
            report.elapsed = line.elapsed
            let isLate = order.isLate(report)
            #expect(isLate == line.isLate, "line \(index): step \(line.step)")
        }
    }

    @Test("takes another plan for another run, and reports without a place as they come")
    func others() {
        var order = ReportOrder()
        let reports = [
            ProgressReport(step: 1_000, totalSteps: 1_000), ProgressReport(epoch: 3, fraction: 1),
            ProgressReport(loss: 0.5), ProgressReport(step: 990, totalSteps: 995),
        ]
        for report in reports {
            let isLate = order.isLate(report)
            #expect(!isLate)
        }
    }

    @Test("knows a late step after a report without one, and what follows a beginning")
    func callbacks() {
        var order = ReportOrder()
        let reports = [
            (ProgressReport(totalSteps: 48, fraction: 0), false),
            (ProgressReport(step: 47, totalSteps: 48), false),
            (ProgressReport(epoch: 3, fraction: 1), false),
            (ProgressReport(step: 46, totalSteps: 48), true),
            (ProgressReport(totalSteps: 48, fraction: 0), false),
            (ProgressReport(step: 40, totalSteps: 48), false),
        ]
        for (report, expected) in reports {
            let isLate = order.isLate(report)
            #expect(isLate == expected, "\(report)")
        }
    }

    @Test(
        "never takes a run back because two nodes write its log, and follows each restart",
        arguments: 1...20)
    func walk(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var order = ReportOrder()
        var first = 0.0
        for _ in 0..<5 {
            let steps = stride(from: first + 10, through: first + 1_000, by: 10)
            let pace = Double.random(in: 0.1...10, using: &generator)
            let lag = Double.random(in: 0.1...40, using: &generator)
            // When a line is written, and what it says; the second node is behind by `lag` steps.
            var lines = steps.map { (at: ($0 - first) * pace, step: $0, node: 0) }
            lines += steps.map { step in
                let jitter = Double.random(in: 0...3, using: &generator)
                return (at: (step - first + lag + jitter) * pace, step: step, node: 1)
            }
            lines.sort { $0.at < $1.at }
            var newest = 0.0
            for line in lines {
                var report = ProgressReport(step: line.step, totalSteps: 100_000)
                report.elapsed = ((line.step - first) * pace).rounded(.down)
                guard !order.isLate(report) else { continue }
                // In the first lines, a lag may be most of what has been done.
                if newest > first + 3 * (lag + 3) { #expect(line.step >= newest) }
                newest = line.step
            }
            #expect(newest == first + 1_000)
            first += Double.random(in: 100...900, using: &generator).rounded()
        }
    }

    @Test("judges parts and epochs like steps where there are no steps")
    func withoutSteps() {
        for make in [{ ProgressReport(fraction: $0 / 100) }, { ProgressReport(epoch: $0) }] {
            var order = ReportOrder()
            let verdicts = [41.0, 40, 42, 5].map { order.isLate(make($0)) }
            #expect(verdicts == [false, true, false, false])
        }
    }
}
