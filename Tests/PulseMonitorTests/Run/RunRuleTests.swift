import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

/// The whole table: previous status, stale or not, the epoch, the total.
@Suite("RunRule")
struct RunRuleTests {
    /// The run before: it began at epoch 1 and has reached 3 of 10.
    private func run(
        _ status: TrainingStatus.State, first: Double = 1, newest: Double = 3, of total: Double = 10
    ) throws -> Run {
        var run = Run(
            id: RunID(source: "a", started: 1), try .sample(epoch: first, of: total))
        _ = run.goOn(try .sample(epoch: newest, of: total))
        if status != .running { _ = run.goOn(try .sample(status, epoch: newest, of: total)) }
        return run
    }

    struct Cell: Sendable, CustomTestStringConvertible {
        let before: TrainingStatus.State
        let isStale: Bool
        let status: TrainingStatus.State
        let epoch: Double
        let total: Double
        let verdict: RunRule.Verdict

        init(
            _ before: TrainingStatus.State, stale: Bool = false, _ status: TrainingStatus.State,
            _ epoch: Double, of total: Double = 10, _ verdict: RunRule.Verdict
        ) {
            self.before = before
            isStale = stale
            self.status = status
            self.epoch = epoch
            self.total = total
            self.verdict = verdict
        }

        var testDescription: String {
            "\(before)\(isStale ? ", stale" : ""), then \(status) at \(epoch) of \(total)"
        }
    }

    static let table: [Cell] = [
        // A final status ends the run before it, whatever epoch it names.
        Cell(.running, .done, 10, .goesOn), Cell(.running, .done, 0, .goesOn),
        Cell(.running, .error, 3, .goesOn), Cell(.running, .error, 0, .goesOn),
        Cell(.running, stale: true, .done, 10, .goesOn),
        Cell(.running, stale: true, .error, 0, .goesOn),
        // Above or equal goes on, after whatever silence, and whatever the total says.
        Cell(.running, .running, 4, .goesOn), Cell(.running, .running, 3, .goesOn),
        Cell(.running, stale: true, .running, 4, .goesOn),
        Cell(.running, stale: true, .running, 3, .goesOn),
        Cell(.running, .running, 4, of: 5, .goesOn), Cell(.running, .running, 4, of: 20, .goesOn),
        Cell(.running, .running, 4, of: 0, .goesOn),
        // Zero begins.
        Cell(.running, .running, 0, .begins), Cell(.running, stale: true, .running, 0, .begins),
        Cell(.done, .running, 0, .begins), Cell(.error, .running, 0, .begins),
        // Below: judged by the next document while the run is alive.
        Cell(.running, .running, 2, .stepsBack), Cell(.running, .running, 1, .stepsBack),
        Cell(.running, .running, 0.5, .stepsBack),
        // After a silence nothing can be late.
        Cell(.running, stale: true, .running, 2, .resumes),
        Cell(.running, stale: true, .running, 1, .begins),
        Cell(.running, stale: true, .running, 0.5, .begins),
        // After an error: the next attempt.
        Cell(.error, .running, 2, .resumes), Cell(.error, .running, 3, .resumes),
        Cell(.error, .running, 4, .resumes), Cell(.error, .running, 2, of: 20, .resumes),
        Cell(.error, .running, 1, .begins), Cell(.error, .running, 0.5, .begins),
        // After done: a new run, unless there is more to do than there was.
        Cell(.done, .running, 2, .begins), Cell(.done, .running, 3, .begins),
        Cell(.done, .running, 4, .begins), Cell(.done, .running, 3, of: 20, .resumes),
        Cell(.done, .running, 4, of: 20, .resumes), Cell(.done, .running, 2, of: 20, .begins),
        Cell(.done, .running, 4, of: 5, .begins), Cell(.done, .running, 4, of: 0, .begins),
        // The end, said again or corrected; or another run's, whose beginning nobody saw.
        Cell(.done, .done, 3, .goesOn), Cell(.done, .error, 3, .goesOn),
        Cell(.error, .done, 4, .goesOn), Cell(.done, .done, 1, .begins),
        Cell(.error, .error, 0, .goesOn), Cell(.done, .error, 0, .goesOn),
        // Waiting ends it without a word.
        Cell(.running, .idle, 0, .waits), Cell(.running, stale: true, .idle, 3, .waits),
        Cell(.done, .idle, 0, .waits), Cell(.error, .idle, 5, .waits),
    ]

    @Test("judges a document by what came before", arguments: table)
    func cell(_ cell: Cell) throws {
        let document = try PulseDocument.sample(cell.status, epoch: cell.epoch, of: cell.total)
        #expect(
            RunRule.verdict(on: document, after: try run(cell.before), isStale: cell.isStale)
                == cell.verdict)
    }

    @Test(
        "of a run of which only its end was seen, what that named counts, unless it names none",
        arguments: [
            (2, 2.5, .resumes), (2, 2, .begins), (2, 1, .begins), (0, 1, .begins),
            (0, 0.5, .begins),
        ] as [(Double, Double, RunRule.Verdict)])
    func endAlone(at end: Double, then epoch: Double, _ verdict: RunRule.Verdict) throws {
        let run = Run(id: RunID(source: "a", started: 1), try .sample(.error, epoch: end))
        #expect(
            RunRule.verdict(on: try .sample(epoch: epoch), after: run, isStale: false) == verdict)
    }

    @Test("a total that wasn't known hasn't grown")
    func unknownTotal() throws {
        let document = try PulseDocument.sample(epoch: 4, of: 20)
        #expect(
            RunRule.verdict(on: document, after: try run(.done, of: 0), isStale: false) == .begins)
    }

    @Test("the first document begins a run, unless it waits")
    func first() throws {
        for state in TrainingStatus.State.allCases {
            #expect(
                RunRule.verdict(on: try .sample(state), after: nil, isStale: false)
                    == (state == .idle ? .waits : .begins))
        }
    }

    @Test("a trainer that says 0 again, or never counts epochs, is in the same run")
    func zeros() throws {
        let run = Run(id: RunID(source: "a", started: 1), try .sample(epoch: 0))
        for isStale in [false, true] {
            #expect(
                RunRule.verdict(on: try .sample(epoch: 0), after: run, isStale: isStale) == .goesOn)
        }
    }

    @Test(
        "a step back is judged by the next document",
        arguments: [
            (2, .running, 3.1, .goesOn), (2, .running, 3, .resumes), (2, .running, 2.1, .resumes),
            (2, .running, 1.5, .resumes), (1, .running, 3.1, .goesOn), (1, .running, 2, .begins),
            (0.5, .running, 0.6, .begins), (2, .done, 10, .goesOn), (2, .done, 3, .goesOn),
            (2, .error, 3, .goesOn), (2, .error, 2.5, .resumes), (2, .error, 0, .resumes),
            (2, .running, 0, .goesOn), (2, .idle, 0, .goesOn),
        ] as [(Double, TrainingStatus.State, Double, RunRule.Verdict)])
    func stepBack(
        to back: Double, _ state: TrainingStatus.State, _ next: Double, _ verdict: RunRule.Verdict
    ) throws {
        #expect(
            RunRule.verdict(
                onStepBack: try .sample(epoch: back), in: try run(.running),
                followedBy: try .sample(state, epoch: next)) == verdict)
    }

    @Test(
        "a run that began at 0 joins the one before when its first advance is a jump to a checkpoint",
        arguments: [
            (2.0, 0.1, true), (2, 0.2, true), (2, 0.21, false), (3, 0.1, true), (3.1, 0.1, false),
            (1, 1, false),
        ])
    func jump(to first: Double, then second: Double, joins: Bool) throws {
        var later = Run(id: RunID(source: "a", started: 2), try .sample(epoch: 0, of: 10))
        #expect(later.goOn(try .sample(epoch: first, of: 10)) == nil)
        let advance = try #require(later.goOn(try .sample(epoch: first + second, of: 10)))
        let ended = try [run(.running), run(.error)]
        for earlier in ended {
            #expect(RunRule.joins(later, to: earlier, secondAdvance: advance) == joins)
        }
        #expect(!RunRule.joins(later, to: try run(.done), secondAdvance: advance))
        #expect(!RunRule.joins(later, to: try run(.error, of: 20), secondAdvance: advance))
    }

    @Test("a fold that follows a training at its total joins nothing, however fast it begins")
    func fold() throws {
        let earlier = Run(id: RunID(source: "a", started: 1), try .sample(epoch: 3, of: 3))
        var later = Run(id: RunID(source: "a", started: 2), try .sample(epoch: 0, of: 3))
        #expect(later.goOn(try .sample(epoch: 2.9, of: 3)) == nil)
        let advance = try #require(later.goOn(try .sample(epoch: 3, of: 3)))
        #expect(!RunRule.joins(later, to: earlier, secondAdvance: advance))
    }
}
