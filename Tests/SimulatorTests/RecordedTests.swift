import Pulse
import PulseMonitor
import Testing

/// Runs of real trainers, recorded by `Recorded/record.py`, and what must be reported of them.
@Suite("Recorded runs")
struct RecordedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// The attempts of each run, in order.
        let attempts: [Int]
        let transitions: [RunTransition]
        /// The epochs at which the last run resumed.
        var resumes: [Double] = []
        /// Whether one run is taken for two.
        var isSplit = false
        var testDescription: String { name }
    }

    private static let cases = [
        resumed("keras-killed-continued", at: 1),
        rerun("keras-failed-rerun", after: .error),
        resumed("lightning-failed-resumed", after: .error, at: 2),
        resumed("lightning-killed-resumed", at: 1),
        resumed("llamafactory-failed-resumed", after: .error, at: 1.5),
        resumed("llamafactory-killed-resumed", at: 1),
        resumed("loop-extended", after: .done, at: 1),
        rerun("loop-failed-rerun", after: .error),
        resumed("loop-killed-resumed", at: 1),
        resumed("transformers-failed-resumed", after: .error, at: 1.5),
        resumed("transformers-killed-resumed", at: 1),
        rerun("transformers-killed-rerun"),
        rerun("transformers-pulse-run-rerun", after: .error),
        // It jumps less than ten times as far as it goes on: its run is split, which is a nuisance.
        rerun("transformers-pulse-run-quick", after: .error, isSplit: true),
        resumed("transformers-pulse-run-resumed", after: .error, at: 2.1875),
    ]

    /// A run that went on from a checkpoint, after this end if it had one.
    private static func resumed(
        _ name: String, after end: RunTransition? = nil, at epoch: Double
    ) -> Case {
        Case(
            name: name, attempts: [2],
            transitions: [.running, end, .running, .done].compactMap(\.self), resumes: [epoch])
    }

    /// A run, and another that began anew.
    private static func rerun(
        _ name: String, after end: RunTransition? = nil, isSplit: Bool = false
    ) -> Case {
        Case(
            name: name, attempts: [1, 1],
            transitions: [.running, end, .running, .done].compactMap(\.self), isSplit: isSplit)
    }

    @Test("has what must be reported for each recording")
    func isComplete() {
        #expect(Self.cases.map(\.name).sorted() == RecordedLife.names)
    }

    @Test("reports what happened", arguments: cases)
    func transitions(_ expected: Case) throws {
        let replay = Replay(try RecordedLife(expected.name), staleAfter: .seconds(300))
        #expect(replay.transitions == expected.transitions)
        let attempts = replay.attempts.sorted { $0.key.started < $1.key.started }.map(\.value)
        #expect(attempts == expected.attempts)
        #expect(replay.history.resumes == expected.resumes)
    }

    @Test("reports the same runs when each was stale in between", arguments: cases)
    func staleness(_ expected: Case) throws {
        let replay = Replay(try RecordedLife(expected.name), staleAfter: .seconds(3))
        #expect(replay.attempts.values.reduce(0, +) == expected.attempts.reduce(0, +))
        let told = replay.transitions.filter { $0 != .stale && $0 != .recovered && $0 != .running }
        #expect(told == expected.transitions.filter { $0 != .running })
    }

    @Test("makes one run of each that there was", arguments: cases)
    func identity(_ expected: Case) throws {
        let life = try RecordedLife(expected.name)
        let replay = Replay(life, staleAfter: .seconds(300))
        let documents = zip(life.entries, replay.runs).filter { $0.0.status.status != .idle }
        let ids = Dictionary(grouping: documents, by: \.0.run).mapValues { Set($0.map(\.1)) }
        let isOne = ids.values.allSatisfy { $0.count == 1 }
        #expect(isOne != expected.isSplit, "a run is more than one: \(ids)")
        #expect(Set(ids.values).count == ids.count, "two runs are one: \(ids)")
    }

    @Test("draws what the last attempts wrote", arguments: cases.filter { !$0.isSplit })
    func curve(_ expected: Case) throws {
        let life = try RecordedLife(expected.name)
        let replay = Replay(life, staleAfter: .seconds(300))
        let run = try #require(life.entries.last).run
        var points: [TrainingStatus] = []
        var process = 0
        for entry in life.entries where entry.run == run {
            if entry.process != process {
                process = entry.process
                // Some say 0 before they know where they go on.
                let own = life.entries.filter { $0.process == process && $0.status.epoch > 0 }
                let start = own.first?.status.epoch ?? 0
                points.removeAll { $0.epoch >= start }
            }
            let isMeasured = points.last.map { $0.epoch <= entry.status.epoch } ?? true
            if isMeasured, entry.status.loss != 0 { points.append(entry.status) }
        }
        #expect(replay.history.epochs == points.map(\.epoch))
        #expect(replay.history.losses == points.map(\.loss))
    }
}
