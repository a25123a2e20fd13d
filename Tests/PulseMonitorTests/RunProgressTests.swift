import TestSupport
import Testing

import Pulse
@testable import PulseMonitor

@Suite("RunProgress")
struct RunProgressTests {
    private static let start: Int64 = 1_732_800_000

    /// A run seen through a clock that stands still between calls.
    private struct Run {
        var progress: RunProgress
        var now = Duration.seconds(1_000)
        var wallClock = RunProgressTests.start

        init(staleAfter: Duration = .seconds(300), historyCapacity: Int = 2_048) {
            progress = RunProgress(staleAfter: staleAfter, historyCapacity: historyCapacity)
        }

        mutating func wait(_ seconds: Int64) {
            now += .seconds(seconds)
            wallClock += seconds
        }

        mutating func see(
            _ state: TrainingStatus.State = .running, epoch: Double = 0, of total: Double = 10,
            after seconds: Int64 = 0, timestamp: Int64? = nil
        ) throws {
            wait(seconds)
            progress.accept(
                try .sample(state, epoch: epoch, of: total, timestamp: timestamp ?? wallClock),
                at: now, wallClock: wallClock)
        }

        mutating func liveness(after seconds: Int64) -> Liveness {
            wait(seconds)
            progress.refresh(at: now)
            return progress.liveness
        }
    }

    // MARK: Liveness

    @Test("waits for a first state")
    func nothingYet() {
        var run = Run()
        #expect(run.liveness(after: 1_000_000) == .waiting)
        #expect(run.progress.etaSeconds == nil)
        #expect(run.progress.staleDeadline == nil)
    }

    @Test(
        "follows from the state, and from silence only while running",
        arguments: [
            (.idle, .waiting, .waiting), (.running, .live, .stale), (.done, .finished, .finished),
            (.error, .finished, .finished),
        ] as [(TrainingStatus.State, Liveness, Liveness)])
    func states(_ state: TrainingStatus.State, _ fresh: Liveness, _ silent: Liveness) throws {
        var run = Run()
        try run.see(state)
        #expect(run.progress.liveness == fresh)
        #expect((run.progress.staleDeadline != nil) == (state == .running))
        #expect(run.liveness(after: 1_000_000) == silent)
    }

    @Test("is stale at the deadline, not before, and live again when the writer returns")
    func deadline() throws {
        var run = Run()
        try run.see()
        #expect(run.progress.staleDeadline == run.now + .seconds(300))
        #expect(run.liveness(after: 299) == .live)
        #expect(run.liveness(after: 1) == .stale)
        try run.see(epoch: 0.1, after: 10)
        #expect(run.progress.liveness == .live)
    }

    @Test("waits five times the longest gap of this run")
    func patience() throws {
        var run = Run(staleAfter: .seconds(60))
        try run.see()
        try run.see(epoch: 0.1, after: 40)
        try run.see(epoch: 0.2, after: 5)
        #expect(run.liveness(after: 199) == .live)
        #expect(run.liveness(after: 1) == .stale)
    }

    @Test("forgets the gaps of the run before")
    func newRunForgetsGaps() throws {
        var run = Run(staleAfter: .seconds(60))
        try run.see()
        try run.see(epoch: 1, after: 50)
        try run.see(.done, epoch: 10)
        try run.see(epoch: 0, after: 10_000)
        #expect(run.liveness(after: 60) == .stale)
    }

    @Test(
        "counts the age of the first state as silence",
        arguments: [(0, 300), (100, 200), (299, 1), (300, 0), (100_000, 0)] as [(Int64, Int64)])
    func ageOfTheFirst(_ age: Int64, _ left: Int64) throws {
        var run = Run()
        try run.see(timestamp: Self.start - age)
        if left > 0 { #expect(run.liveness(after: left - 1) == .live) }
        #expect(run.liveness(after: min(left, 1)) == .stale)
    }

    @Test("doesn't count the age of a later state: its writer's clock may be wrong")
    func ageOfALaterOne() throws {
        var run = Run()
        try run.see()
        try run.see(epoch: 1, after: 1, timestamp: 0)
        #expect(run.liveness(after: 299) == .live)
    }

    @Test(
        "takes any time on any clock",
        arguments: [0, 1_732_800_000_000, .max] as [Int64], [.min, -1, 0, .max] as [Int64])
    func extremeClocks(_ timestamp: Int64, _ wallClock: Int64) throws {
        for now in [Duration.zero, .seconds(Int64.max), .nanoseconds(1)] {
            var progress = RunProgress(staleAfter: .seconds(Int64.max))
            let status = try TrainingStatus.sample(timestamp: timestamp)
            progress.accept(status, at: now, wallClock: wallClock)
            progress.accept(status, at: now + .seconds(Int64.max), wallClock: wallClock)
            #expect(progress.liveness == .live)
        }
    }

    @Test("says at once that a state from the future is live: it's another clock's")
    func future() throws {
        var run = Run()
        try run.see(timestamp: Self.start + 1_000_000)
        #expect(run.liveness(after: 299) == .live)
        #expect(run.liveness(after: 1) == .stale)
    }

    // MARK: ETA

    @Test("has an ETA while the run is live, and none when it is stale or has ended")
    func eta() throws {
        var run = Run()
        for step in 0...5 { try run.see(epoch: Double(step), after: 10) }
        #expect(run.progress.etaSeconds == 50)
        #expect(run.liveness(after: 299) == .live)
        // Time alone doesn't change it: what is served stays the same.
        #expect(run.progress.etaSeconds == 50)
        #expect(run.liveness(after: 1) == .stale)
        #expect(run.progress.etaSeconds == nil)
        try run.see(.done, epoch: 10, after: 1)
        #expect(run.progress.etaSeconds == nil)
    }

    @Test("doesn't count an outage as slowness")
    func etaAfterAnOutage() throws {
        var run = Run()
        for step in 0...5 { try run.see(epoch: Double(step), after: 10) }
        try run.see(epoch: 6, after: 100_000)
        #expect(run.progress.etaSeconds == nil)
        for step in 7...9 { try run.see(epoch: Double(step), after: 10) }
        #expect(run.progress.etaSeconds == nil)
        try run.see(epoch: 9.5, after: 5)
        #expect(run.progress.etaSeconds == 5)
    }

    @Test("begins anew when the epoch goes back")
    func etaAfterARestart() throws {
        var run = Run()
        for step in 0...5 { try run.see(epoch: Double(step), after: 10) }
        try run.see(epoch: 0, after: 10)
        #expect(run.progress.etaSeconds == nil)
        for step in 1...4 { try run.see(epoch: Double(step), after: 20) }
        #expect(run.progress.etaSeconds == 120)
    }

    @Test("has no ETA without a total")
    func etaWithoutTotal() throws {
        var run = Run()
        for step in 0...5 { try run.see(epoch: Double(step), of: 0, after: 10) }
        #expect(run.progress.etaSeconds == nil)
    }

    // MARK: History

    /// One state that arrives.
    private struct Step {
        let state: TrainingStatus.State
        let epoch: Double

        init(_ state: TrainingStatus.State, _ epoch: Double) {
            self.state = state
            self.epoch = epoch
        }
    }

    /// A run's states and the epochs of its curve.
    private static let curves: [(String, [Step], [Double])] = [
        (
            "a whole run",
            [.init(.idle, 0), .init(.running, 0), .init(.running, 1), .init(.done, 2)], [0, 1, 2]
        ),
        ("waiting alone", [.init(.idle, 0), .init(.idle, 0)], []),
        (
            "a second run",
            [.init(.running, 0), .init(.done, 2), .init(.running, 0), .init(.running, 1)], [0, 1]
        ),
        (
            "a second run that goes on",
            [.init(.running, 0), .init(.error, 2), .init(.running, 2)], [2]
        ),
        (
            "a run behind a wait",
            [.init(.running, 0), .init(.running, 1), .init(.idle, 0), .init(.running, 0)], [0]
        ),
        (
            "an epoch that goes back",
            [.init(.running, 0), .init(.running, 5), .init(.running, 4)], [4]
        ),
        (
            "an epoch that stands", [.init(.running, 1), .init(.running, 1), .init(.running, 1)],
            [1, 1, 1]
        ),
        (
            "a crash that names no epoch",
            [.init(.running, 1), .init(.running, 2), .init(.error, 0)], [1, 2]
        ),
        (
            "an end that is said twice", [.init(.running, 1), .init(.done, 2), .init(.done, 2)],
            [1, 2]
        ),
        (
            "an error behind the end", [.init(.running, 1), .init(.done, 2), .init(.error, 2)],
            [1, 2]
        ),
        ("an end seen alone", [.init(.done, 3)], [3]),
        ("an end behind a wait", [.init(.idle, 0), .init(.done, 3)], [3]),
        ("another run's end", [.init(.running, 1), .init(.done, 3), .init(.done, 1)], [1]),
    ]

    @Test("keeps the curve of one run", arguments: curves.map(\.0))
    func history(_ name: String) throws {
        let (_, steps, epochs) = try #require(Self.curves.first { $0.0 == name })
        var run = Run()
        for step in steps { try run.see(step.state, epoch: step.epoch, after: 1) }
        #expect(run.progress.history.epochs == epochs)
    }

    @Test("bounds the curve")
    func historyCapacity() throws {
        var run = Run(historyCapacity: 16)
        for step in 0...1_000 { try run.see(epoch: Double(step), of: 1_000, after: 1) }
        #expect(run.progress.history.epochs.count <= 16)
        #expect(run.progress.history.epochs.last == 1_000)
    }
}
