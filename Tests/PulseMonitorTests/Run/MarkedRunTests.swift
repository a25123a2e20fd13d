import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

/// Runs whose documents come with the word of a relay that has seen all of them.
@Suite("MarkedRun")
struct MarkedRunTests {
    private static let name = SourceName(key: "a")
    /// Has seen everything: it is the relay's.
    private var relay = RunSequence(name: name)
    private var time: Int64 = 1_000

    /// What somebody has, who follows the relay.
    private struct Replica {
        var runs = RunSequence(name: SourceName(key: "b"))
        var curve = RunCurve()

        mutating func take(_ document: PulseDocument, _ mark: RunMark?) {
            for event in runs.take(document, isStale: false, mark: mark) { curve.apply(event) }
        }

        var place: String? { runs.current.map { "\($0.id) \($0.attempt)" } }
    }

    private mutating func write(
        _ state: TrainingStatus.State, _ epoch: Double
    ) throws -> (PulseDocument, RunMark?) {
        time += 1
        let document = try PulseDocument.sample(state, epoch: epoch, of: 10, timestamp: time)
        _ = relay.take(document, isStale: false)
        return (
            document,
            relay.current.map {
                RunMark($0.id, attempt: $0.attempt, firstEpoch: $0.firstEpoch)
            }
        )
    }

    private typealias Step = (TrainingStatus.State, Double)

    /// Whole lives of a source, which a replica begins to follow after any of their documents.
    private static let lives: [(String, [Step])] = [
        ("a run", [(.running, 0), (.running, 1), (.running, 2), (.done, 10)]),
        ("a resume after a crash", [(.running, 3), (.error, 0), (.running, 2), (.running, 3)]),
        ("a silent resume", [(.running, 1), (.running, 4), (.running, 3), (.running, 3.5)]),
        ("a document that was late", [(.running, 1), (.running, 4), (.running, 3), (.running, 5)]),
        ("a second run", [(.running, 1), (.done, 10), (.running, 0), (.running, 1)]),
        ("a run from 1", [(.running, 1), (.running, 4), (.running, 1), (.running, 2)]),
        ("a pause", [(.running, 1), (.idle, 0), (.running, 0), (.running, 1)]),
        ("two beginnings", [(.running, 0), (.running, 5), (.running, 0), (.running, 5)]),
        (
            "a resume that says 0 first",
            [
                (.running, 0), (.running, 1), (.running, 5), (.error, 0), (.running, 0),
                (.running, 4), (.running, 4.1), (.running, 4.2),
            ]
        ),
    ]

    private mutating func write(_ epoch: Double) throws -> (PulseDocument, RunMark?) {
        try write(.running, epoch)
    }

    @Test("whoever begins to follow later has the same run and attempt", arguments: lives)
    private mutating func latecomers(_ life: (String, [Step])) throws {
        var replicas: [Replica] = []
        for (state, epoch) in life.1 {
            let (document, mark) = try write(state, epoch)
            replicas.append(Replica())
            for index in replicas.indices { replicas[index].take(document, mark) }
            let expected = mark.map { "\($0.run(of: SourceName(key: "b"))) \($0.attempt)" }
            for (index, replica) in replicas.enumerated() {
                #expect(replica.place == expected, "\(life.0), from \(index), at \(epoch)")
            }
        }
    }

    @Test("whoever has seen all has the curve of its source", arguments: lives)
    private mutating func curves(_ life: (String, [Step])) throws {
        var replica = Replica()
        var own = (runs: RunSequence(name: Self.name), curve: RunCurve())
        for (state, epoch) in life.1 {
            let (document, mark) = try write(state, epoch)
            replica.take(document, mark)
            for event in own.runs.take(document, isStale: false) { own.curve.apply(event) }
        }
        #expect(replica.curve.history.epochs == own.curve.history.epochs)
        #expect(replica.curve.history.resumes == own.curve.history.resumes)
    }

    @Test("what came between and was missed leaves run and attempt the same")
    mutating func gaps() throws {
        var replica = Replica()
        for (index, epoch) in [0.0, 1, 5, 3, 3.5, 4, 2, 2.5].enumerated() {
            let (document, mark) = try write(epoch)
            if index.isMultiple(of: 3) || index == 7 { replica.take(document, mark) }
        }
        #expect(replica.place == "b@1001 3")
        #expect(replica.curve.history.epochs.last == 2.5)
    }

    @Test("an attempt that should be gone adds nothing")
    mutating func oldAttempts() throws {
        var replica = Replica()
        let run = RunID(source: "a", started: 5)
        replica.take(try write(1).0, RunMark(run, attempt: 2))
        replica.take(try write(3).0, RunMark(run, attempt: 1))
        #expect(replica.place == "b@5 2")
        #expect(replica.curve.history.epochs == [1])
    }

    @Test("what comes without a mark is guessed, and goes on with the run that was told")
    mutating func withoutMark() throws {
        var replica = Replica()
        replica.take(try write(1).0, RunMark(RunID(source: "a", started: 5), attempt: 2))
        replica.take(try write(2).0, nil)
        #expect(replica.place == "b@5 2")
        replica.take(try write(.error, 0).0, nil)
        replica.take(try write(1.5).0, nil)
        #expect(replica.place == "b@5 3")
    }

    @Test("an id that was told is given to no other run")
    mutating func collisions() throws {
        var replica = Replica()
        let (document, _) = try write(1)
        replica.take(document, RunMark(RunID(source: "a", started: 1_002), attempt: 1))
        replica.take(try write(.done, 10).0, nil)
        time = 1_001
        replica.take(try write(0).0, nil)
        #expect(replica.place == "b@1002.2 1")
    }

    @Test("a monitor that goes on from a checkpoint and a journal knows the mark")
    mutating func restarts() throws {
        var life = MonitoredLife()
        let mark = RunMark(RunID(source: "a", started: 7), attempt: 4)
        func deliver(_ epoch: Double, _ mark: RunMark?) throws -> [RunEvent] {
            life.wallClock += 1
            let document = try PulseDocument.sample(
                .running, epoch: epoch, of: 10, timestamp: life.wallClock)
            return life.monitor.take(
                SourceDelivery([.accepted(document)], nextWithin: .seconds(2), mark: mark),
                at: life.now, wallClock: life.wallClock)
        }
        _ = try deliver(5, mark)
        var memory = MonitorMemory(
            checkpoint: life.monitor.checkpoint, savedAt: life.wallClock)
        // By its epochs a resume, or another run: the relay has said that it is neither.
        for epoch in [4.0, 3, 2] {
            for event in try deliver(epoch, mark) where event.isRemembered {
                memory.entries.append((event, life.monitor.observedTime))
            }
        }
        let again = try RunMonitor(
            (SourceName(file: "/runs/a.json"), "a.json"), staleAfter: .seconds(300),
            tick: .seconds(2), pollInterval: .seconds(2), at: life.now,
            wallClock: life.wallClock, continuing: memory)
        #expect(again.view.run?.description == "a@7")
        #expect(again.view.attempt == 4)
        #expect(again.history.epochs == life.monitor.history.epochs)
    }
}
