import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("RunSequence")
struct RunSequenceTests {
    private var runs = RunSequence(name: SourceName(key: "a"))
    private var curve = RunCurve()
    private var time: Int64 = 0

    /// What a document of the next second leads to, without the points.
    private mutating func take(
        _ status: TrainingStatus.State, _ epoch: Double, loss: Double = 0.5, isStale: Bool = false
    ) throws -> [String] {
        time += 1
        let events = runs.take(
            try .sample(status, epoch: epoch, of: 10, loss: loss, timestamp: time), isStale: isStale
        )
        for event in events { curve.apply(event) }
        return events.compactMap { event in
            switch event {
            case .began(let run, _, _): "began \(run)"
            case .resumed(let run, let attempt, let epoch): "\(run) resumed \(attempt) \(epoch)"
            case .joined(let run, let earlier, let attempt, let epoch):
                "\(run) joined \(earlier) \(attempt) \(epoch)"
            case .ended(let run, let ending): "\(run) \(ending)"
            default: nil
            }
        }
    }

    @Test("a whole run")
    mutating func whole() throws {
        #expect(try take(.idle, 0) == [])
        #expect(try take(.running, 0) == ["began a@2"])
        #expect(try take(.running, 0) == [])
        #expect(try take(.running, 1) == [])
        #expect(try take(.done, 10) == ["a@2 done"])
        #expect(try take(.done, 10) == [])
        #expect(runs.current?.attempt == 1)
        #expect(curve.history.epochs == [0, 0, 1, 10])
    }

    @Test("a run that crashes and is resumed from its checkpoint is one run, cut there")
    mutating func resumed() throws {
        for epoch in [1.0, 2, 3] { _ = try take(.running, epoch) }
        #expect(try take(.error, 0) == ["a@1 error"])
        #expect(try take(.running, 2.5) == ["a@1 resumed 2 2.5"])
        #expect(try take(.running, 2.75) == [])
        #expect(curve.history.epochs == [1, 2, 2.5, 2.75])
        #expect(curve.history.resumes == [2.5])
        #expect(try take(.done, 10) == ["a@1 done"])
    }

    @Test("a run that is resumed without a word in between is judged by its second document")
    mutating func resumedSilently() throws {
        for epoch in [1.0, 2, 3] { _ = try take(.running, epoch) }
        #expect(try take(.running, 2.5) == [])
        #expect(curve.history.epochs == [1, 2, 3])
        #expect(try take(.running, 2.6) == ["a@1 resumed 2 2.5"])
        #expect(curve.history.epochs == [1, 2, 2.5, 2.6])
    }

    @Test("late documents are passed over")
    mutating func late() throws {
        for epoch in [1.03, 1.02, 1.04, 1.03, 1.05, 1.04, 1.06] {
            #expect(try take(.running, epoch) == (epoch == 1.03 && time == 1 ? ["began a@1"] : []))
        }
        #expect(curve.history.epochs == [1.03, 1.04, 1.05, 1.06])
        #expect(runs.current?.attempt == 1)
    }

    @Test("a trainer that counts from 1 begins a new run there")
    mutating func countsFromOne() throws {
        for epoch in [1.0, 2, 3] { _ = try take(.running, epoch) }
        #expect(try take(.running, 1) == [])
        #expect(try take(.running, 2) == ["a@1 replaced", "began a@4"])
        #expect(curve.history.epochs == [1, 2])
        #expect(curve.history.resumes == [])
    }

    @Test("a run that another follows without a final status is replaced")
    mutating func replaced() throws {
        for epoch in [0.0, 1, 2] { _ = try take(.running, epoch) }
        #expect(try take(.running, 0) == ["a@1 replaced", "began a@4"])
        #expect(try take(.idle, 0) == ["a@4 replaced"])
        #expect(try take(.running, 0) == ["began a@6"])
    }

    @Test("a run that says 0 and then jumps to its checkpoint is the run before, resumed")
    mutating func joined() throws {
        for epoch in [0.0, 1, 2, 3] { _ = try take(.running, epoch) }
        _ = try take(.error, 3)
        #expect(try take(.running, 0, loss: 0) == ["began a@6"])
        #expect(try take(.running, 2.5, loss: 0.4) == [])
        #expect(curve.history.epochs == [2.5])
        #expect(try take(.running, 2.6, loss: 0.4) == ["a@6 joined a@1 2 2.5"])
        #expect(curve.history.epochs == [0, 1, 2, 2.5, 2.6])
        #expect(curve.history.resumes == [2.5])
        #expect(runs.current?.id.description == "a@1")
        #expect(try take(.running, 2.7) == [])
        #expect(try take(.done, 10) == ["a@1 done"])
    }

    @Test("a run that begins at 0 and goes on evenly is its own")
    mutating func notJoined() throws {
        for epoch in [0.0, 1, 2, 3] { _ = try take(.running, epoch) }
        _ = try take(.error, 3)
        #expect(try take(.running, 0) == ["began a@6"])
        for epoch in [1.0, 2, 3, 4] { #expect(try take(.running, epoch) == []) }
        #expect(runs.current?.id.description == "a@6")
        #expect(curve.history.epochs == [0, 1, 2, 3, 4])
    }

    @Test("two runs that begin in one second have two names")
    func ids() throws {
        var runs = RunSequence(name: SourceName(key: "a"))
        let names = try [0.0, 1, 0, 1, 0].flatMap { epoch in
            runs.take(try .sample(epoch: epoch, timestamp: 7), isStale: false)
        }.compactMap { event in
            if case .began(let run, _, _) = event { run.description } else { nil }
        }
        #expect(names == ["a@7", "a@7.2", "a@7.3"])
    }

    @Test("a loss of 0 before any was measured is no point of the curve")
    mutating func lossless() throws {
        _ = try take(.running, 0, loss: 0)
        _ = try take(.running, 0.5, loss: 0)
        #expect(curve.history.isEmpty)
        _ = try take(.running, 1, loss: 2)
        _ = try take(.running, 2, loss: 0)
        #expect(curve.history.losses == [2, 0])
        _ = try take(.error, 2, loss: 0)
        // The next attempt has measured nothing yet either.
        _ = try take(.running, 2, loss: 0)
        _ = try take(.running, 2.5, loss: 1)
        #expect(curve.history.epochs == [1, 2.5])
    }

    @Test("a loss of 0 is measured once the attempt has told of another")
    mutating func measured() throws {
        func isMeasured(_ epoch: Double, _ loss: Double) throws -> Bool {
            runs.hasMeasured(lossOf: try .sample(epoch: epoch, loss: loss))
        }
        #expect(try isMeasured(0, 0) == false)
        _ = try take(.running, 0, loss: 0)
        #expect(try isMeasured(0, 0) == false)
        _ = try take(.running, 1, loss: 2)
        #expect(try isMeasured(1, 2))
        _ = try take(.running, 2, loss: 0)
        #expect(try isMeasured(2, 0))
        // It may be the next attempt's, which has told of none.
        _ = try take(.running, 1, loss: 0)
        #expect(try isMeasured(1, 0) == false)
        _ = try take(.running, 1.5, loss: 0)
        #expect(try isMeasured(1.5, 0) == false)
        _ = try take(.done, 10, loss: 0)
        #expect(try isMeasured(10, 0) == false)
        #expect(curve.history.epochs.isEmpty)
    }

    /// A run's states and the epochs of its curve.
    private static let curves: [(String, [(TrainingStatus.State, Double)], [Double])] = [
        ("waiting alone", [(.idle, 0), (.idle, 0)], []),
        (
            "a second run", [(.running, 0), (.done, 2), (.running, 0), (.running, 1)], [0, 1]
        ),
        (
            "a run that goes on after an error", [(.running, 0), (.error, 2), (.running, 2)],
            [0, 2]
        ),
        ("a run behind a wait", [(.running, 0), (.running, 1), (.idle, 0), (.running, 0)], [0]),
        ("an epoch that stands", [(.running, 1), (.running, 1), (.running, 1)], [1, 1, 1]),
        ("a crash that names no epoch", [(.running, 1), (.running, 2), (.error, 0)], [1, 2]),
        ("an end that is said twice", [(.running, 1), (.done, 2), (.done, 2)], [1, 2]),
        ("an error behind the end", [(.running, 1), (.done, 2), (.error, 2)], [1, 2]),
        ("an end seen alone", [(.done, 3)], [3]),
        ("an end behind a wait", [(.idle, 0), (.done, 3)], [3]),
        ("another run's end", [(.running, 1), (.done, 3), (.done, 1)], [1]),
    ]

    @Test("keeps the curve of one run", arguments: curves.map(\.0))
    mutating func history(_ name: String) throws {
        let (_, steps, epochs) = try #require(Self.curves.first { $0.0 == name })
        for (state, epoch) in steps { _ = try take(state, epoch) }
        #expect(curve.history.epochs == epochs)
    }
}
