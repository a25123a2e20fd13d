import TestSupport
import Testing

import Pulse
@testable import PulseMonitor

@Suite("RunHistory")
struct RunHistoryTests {
    /// The curve of a run of so many states, one a second.
    private func curve(of count: Int, capacity: Int) throws -> RunHistory {
        var history = RunHistory(capacity: capacity)
        for index in 0..<count {
            history.append(
                try PulseDocument.sample(
                    epoch: Double(index), loss: -Double(index), timestamp: Int64(index)))
        }
        return history
    }

    @Test(
        "keeps the first and the newest point, and halves its resolution when full",
        arguments: [
            (0, []), (1, [0]), (4, [0, 1, 2, 3]), (5, [0, 2, 4]), (6, [0, 2, 4, 5]),
            (7, [0, 2, 4, 6]),
            (8, [0, 4, 7]), (9, [0, 4, 8]), (13, [0, 4, 8, 12]), (14, [0, 8, 13]),
            (17, [0, 8, 16]),
        ] as [(Int, [Int64])])
    func halves(_ count: Int, _ timestamps: [Int64]) throws {
        #expect(try curve(of: count, capacity: 4).timestamps == timestamps)
    }

    @Test("a curve that is complete has the resumes that are left, as one has that grew")
    func complete() throws {
        var grown = try curve(of: 8, capacity: 64)
        for epoch in [5.0, 3, 4] { grown.resume(at: epoch) }
        #expect(RunHistory(grown.points, resumes: [5, 3, 4]).resumes == grown.resumes)
        #expect(grown.resumes == [3, 4])
    }

    @Test("spans any run evenly within its capacity", arguments: [4, 5, 7, 64, 2_048])
    func spans(_ capacity: Int) throws {
        var history = RunHistory(capacity: capacity)
        for index in 0..<20_000 {
            history.append(try PulseDocument.sample(epoch: Double(index), timestamp: Int64(index)))
            guard index > 0, index < 300 || index % 97 == 0 else { continue }
            let times = history.timestamps
            let isSpanning = times.first == 0 && times.last == Int64(index)
            // The newest point alone is where the stride does not put one.
            let steps = Set(zip(times, times.dropFirst()).dropLast().map { $1 - $0 })
            let isEven = steps.count <= 1 && times.count <= capacity
            let isFine = index < capacity || times.count > capacity / 2
            if !(isSpanning && isEven && isFine) {
                Issue.record("at \(index): \(times.count) points")
            }
        }
    }

    @Test("has the three values of each point side by side")
    func parallel() throws {
        let history = try curve(of: 100, capacity: 16)
        #expect(history.epochs == history.timestamps.map(Double.init))
        #expect(history.losses == history.epochs.map(-))
    }

    @Test("begins anew with full resolution")
    func removeAll() throws {
        var history = try curve(of: 100, capacity: 4)
        history.removeAll()
        #expect(history.timestamps.isEmpty)
        for index in 0..<4 { history.append(try PulseDocument.sample(timestamp: Int64(index))) }
        #expect(history.timestamps == [0, 1, 2, 3])
    }
}
