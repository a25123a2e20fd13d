import Pulse
import Testing

@testable import PulseMonitor

/// Runs whose documents say which run and which attempt they belong to (`docs/PULSE-v2.md` §6).
@Suite("ToldRun")
struct ToldRunTests {
    private var sequence = RunSequence(name: SourceName(key: "a"))
    private var time: Int64 = 1_000

    private mutating func take(
        _ state: TrainingStatus.State = .running, epoch: Double, run: String?, attempt: Int64?,
        steps: Int64? = nil
    ) throws -> [RunEvent] {
        time += 1
        let status = try TrainingStatus(
            status: state, epoch: epoch, totalEpochs: 10, loss: 0.5, message: "", timestamp: time)
        let details = try RunDetails(stepsDone: steps, run: run, attempt: attempt)
        return sequence.take(PulseDocument(status, details: details), isStale: false)
    }

    private var place: (id: String?, attempt: Int?) {
        (sequence.current?.id.description, sequence.current?.attempt)
    }

    @Test("goes on with the same attempt, whatever its epoch is")
    mutating func sameAttempt() throws {
        _ = try take(epoch: 4, run: "x", attempt: 1)
        #expect(try take(epoch: 0, run: "x", attempt: 1).isEmpty)
        #expect(place == ("a@1001", 1))
    }

    @Test("begins the next attempt at once, and passes over one that should be gone")
    mutating func attempts() throws {
        _ = try take(epoch: 4, run: "x", attempt: 1)
        #expect(
            try take(epoch: 2, run: "x", attempt: 2).first.map { event in
                if case .resumed(_, attempt: 2, epoch: 2) = event { true } else { false }
            } == true)
        #expect(try take(epoch: 5, run: "x", attempt: 1).isEmpty)
        #expect(sequence.current?.newestEpoch == 2)
    }

    @Test("begins another run, though its epoch goes on")
    mutating func otherRun() throws {
        _ = try take(epoch: 4, run: "x", attempt: 1)
        _ = try take(epoch: 5, run: "y", attempt: 1)
        #expect(place == ("a@1002", 1))
    }

    @Test("is no attempt of a run of another name, however far it jumps")
    mutating func jump() throws {
        _ = try take(epoch: 0, run: "x", attempt: 1)
        _ = try take(epoch: 5, run: "x", attempt: 1)
        _ = try take(.error, epoch: 5, run: "x", attempt: 1)
        _ = try take(epoch: 0, run: "y", attempt: 1)
        _ = try take(epoch: 4, run: "y", attempt: 1)
        _ = try take(epoch: 4.25, run: "y", attempt: 1)
        #expect(place == ("a@1004", 1))
    }

    @Test("goes on with the run that was done, and with the one that idle has ended")
    mutating func afterEnds() throws {
        _ = try take(epoch: 4, run: "x", attempt: 1)
        _ = try take(.done, epoch: 10, run: "x", attempt: 1)
        _ = try take(epoch: 0, run: "x", attempt: 2)
        #expect(place == ("a@1001", 2))
        _ = try take(.idle, epoch: 0, run: "x", attempt: 3)
        let events = try take(epoch: 3, run: "x", attempt: 3)
        #expect(place == ("a@1001", 3))
        #expect(
            events.contains { event in
                if case .joined(_, to: _, attempt: 3, epoch: 3) = event { true } else { false }
            })
    }

    @Test(
        "after idle the same attempt is the same, and a higher one is that one",
        arguments: [(1, 2), (2, 2), (3, 3), (9, 9)])
    mutating func afterIdle(told: Int64, attempt: Int) throws {
        _ = try take(epoch: 4, run: "x", attempt: 2)
        _ = try take(.idle, epoch: 0, run: nil, attempt: nil)
        _ = try take(epoch: 5, run: "x", attempt: told)
        #expect(place == ("a@1001", attempt))
    }

    @Test("ends as the run that it is, when it fails at once after idle")
    mutating func failsAfterIdle() throws {
        _ = try take(epoch: 4, run: "x", attempt: 1)
        _ = try take(.idle, epoch: 0, run: nil, attempt: nil)
        let ended = try take(.error, epoch: 0, run: "x", attempt: 2).compactMap { event in
            if case .ended(let id, .error) = event { id.description } else { nil }
        }
        #expect(ended == ["a@1001"])
    }

    @Test("knows the run where only the run is told, and guesses the attempt")
    mutating func runAlone() throws {
        _ = try take(epoch: 4, run: "x", attempt: nil)
        _ = try take(epoch: 0, run: "x", attempt: nil)
        #expect(place == ("a@1001", 2))
    }

    @Test("guesses where nothing is told: at epoch 0, fewer steps are a new run")
    mutating func steps() throws {
        _ = try take(epoch: 0, run: nil, attempt: nil, steps: 100)
        _ = try take(epoch: 0, run: nil, attempt: nil, steps: 200)
        #expect(place.id == "a@1001")
        _ = try take(epoch: 0, run: nil, attempt: nil, steps: 10)
        #expect(place.id == "a@1003")
    }
}
