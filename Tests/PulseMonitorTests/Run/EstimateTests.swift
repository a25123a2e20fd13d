import TestSupport
import Foundation
import Testing

import Pulse
@testable import PulseMonitor

/// How good the ETA is over whole runs, against the truth and against the usual way.
@Suite("The ETA")
struct EstimateTests {
    /// How far estimates were off, as a part of the time that was really left.
    private struct Errors {
        var firstKnown: Double?
        private var errors: [Double] = []

        mutating func note(_ estimate: Double?, at seconds: Double, of run: RecordedRun) {
            guard let estimate else { return }
            firstKnown = firstKnown ?? seconds
            let left = run.duration - seconds
            // Of the last twentieth even a second off is a large part.
            if left > run.duration / 20 { errors.append(abs(estimate - left) / left) }
        }

        var median: Double { errors.sorted()[errors.count / 2] }
        var worst: Double { errors.max() ?? .infinity }
    }

    private static func errors(over run: RecordedRun) throws -> (ours: Errors, usual: Errors) {
        var monitor = RunMonitor(
            (SourceName(key: "a"), "a"), staleAfter: .seconds(300), tick: .seconds(3_600),
            pollInterval: .seconds(3_600), at: .zero, wallClock: 1_000)
        var (ours, usual) = (Errors(), Errors())
        for state in run.states {
            let status = try TrainingStatus.sample(
                epoch: state.epoch, of: run.totalEpochs, timestamp: 1_000 + Int64(state.seconds))
            _ = monitor.judge(at: .seconds(state.seconds))
            _ = monitor.take(
                SourceDelivery([.accepted(status)], nextWithin: .seconds(3_600)),
                at: .seconds(state.seconds), wallClock: 1_000)
            ours.note(monitor.view.etaSeconds, at: state.seconds, of: run)
            let elapsedByProgress =
                state.epoch > 0 ? state.seconds * (run.totalEpochs / state.epoch - 1) : nil
            usual.note(elapsedByProgress, at: state.seconds, of: run)
        }
        return (ours, usual)
    }

    /// One line of the table in the documentation.
    private static func row(of run: RecordedRun) throws -> String {
        let (ours, usual) = try errors(over: run)
        let first = Int(ours.firstKnown ?? -1)
        func percent(_ part: Double) -> String { "\(Int((part * 100).rounded())) %" }
        return """
            | \(run.name) | \(Int(run.duration)) s | \(first) s \
            | \(percent(ours.median)) | \(percent(ours.worst)) \
            | \(percent(usual.median)) | \(percent(usual.worst)) |
            """
    }

    @Test("is as good as the documentation says", arguments: RecordedRun.all)
    func table(_ run: RecordedRun) throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath)
                .appendingPathComponent("../../../../docs/HONEST-NUMBERS.md").standardized,
            encoding: .utf8)
        let row = try Self.row(of: run)
        let isThere = page.contains("\n\(row)\n")
        #expect(isThere, "\(row)")
    }

    @Test(
        "is off by less than a tenth in the middle of any run of even speed",
        arguments: RecordedRun.all.filter(\.isEven))
    func evenSpeed(_ run: RecordedRun) throws {
        let (ours, usual) = try Self.errors(over: run)
        #expect(ours.median < 0.1)
        #expect(ours.worst < usual.worst)
    }

    @Test(
        "is never worse than elapsed by progress where the speed changes",
        arguments: RecordedRun.all.filter { !$0.isEven })
    func changingSpeed(_ run: RecordedRun) throws {
        let (ours, usual) = try Self.errors(over: run)
        #expect(ours.median < usual.median)
    }

    @Test("is known within a few states of the first step, and wild in none")
    func resumed() throws {
        let run = try #require(RecordedRun.all.first { $0.name == "resumed at 60 %" })
        let (ours, usual) = try Self.errors(over: run)
        #expect(try #require(ours.firstKnown) < 60)
        #expect(ours.worst < 0.05)
        // What others show right after a resume: nearly nothing left.
        #expect(usual.worst > 0.9)
    }
}
