import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("UnkeptPast")
struct UnkeptPastTests {
    private static let wall: Int64 = 1_732_800_000

    private static func monitor(
        at second: Int64 = 0, continuing memory: MonitorMemory? = nil
    ) throws -> RunMonitor {
        try .ofFile(at: .seconds(second), wallClock: wall + second, continuing: memory)
    }

    /// What a trainer does next.
    private static func event(
        _ random: inout SeededGenerator, epoch: inout Double, at second: Int64
    ) throws -> SourceEvent {
        let state: TrainingStatus.State
        switch Int.random(in: 0..<30, using: &random) {
        case 0: return .unchanged
        case 1: return .failed(.tooLarge)
        case 2: (state, epoch) = (.running, 0)
        case 3: (state, epoch) = (.running, (epoch / 2).rounded())
        case 4: state = .done
        case 5: state = .error
        case 6: (state, epoch) = (.idle, 0)
        default: (state, epoch) = (.running, epoch + 0.25)
        }
        return .accepted(
            try PulseDocument.sample(
                state, epoch: epoch, loss: Double.random(in: 0...1, using: &random),
                timestamp: wall + second))
    }

    private static func take(
        _ event: SourceEvent, _ monitor: inout RunMonitor, at second: Int64
    ) -> [RunEvent] {
        let delivery = SourceDelivery([event], nextWithin: .seconds(2))
        return monitor.take(delivery, at: .seconds(second), wallClock: wall + second)
            + monitor.judge(at: .seconds(second))
    }

    @Test(
        "who learns late what was known goes on as one that knew it from the beginning",
        arguments: 1...20)
    func late(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var (epoch, second) = (0.0, Int64(0))
        var before = try Self.monitor()
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            second += 1
            _ = Self.take(
                try Self.event(&random, epoch: &epoch, at: second), &before, at: second)
        }
        let memory = MonitorMemory(checkpoint: before.checkpoint, savedAt: Self.wall + second)
        second += Int64.random(in: 0...5, using: &random)
        var early = try Self.monitor(at: second, continuing: memory)
        var ignorant = try Self.monitor(at: second)
        var late = early
        var past = UnkeptPast(
            beganAt: .seconds(second), wallClock: Self.wall + second, limit: 1_000)
        var expected: [RunEvent] = []
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            let event = try Self.event(&random, epoch: &epoch, at: second)
            expected += Self.take(event, &early, at: second)
            let seen = Self.take(event, &ignorant, at: second)
            past.note(seen, told: [], of: ignorant, at: Self.wall + second)
            second += 1
        }
        let start = late.observedTime
        let events = past.entries.flatMap { late.goOver($0, since: start) }
        late.follow(ignorant, since: start)
        func isOfRun(_ event: RunEvent) -> Bool {
            switch event {
            case .sourceChanged, .sourceFailed, .sourceRecovered: false
            default: true
            }
        }
        #expect(events.filter(isOfRun) == expected.filter(isOfRun))
        #expect(late.view == early.view)
        #expect(late.history.points == early.history.points)
        #expect(late.history.resumes == early.history.resumes)
        #expect(late.observedTime == early.observedTime)
        // And so from here on.
        for _ in 0..<20 {
            let event = try Self.event(&random, epoch: &epoch, at: second)
            let (one, other) = (
                Self.take(event, &early, at: second), Self.take(event, &late, at: second)
            )
            #expect(one.filter(isOfRun) == other.filter(isOfRun))
            second += 1
        }
        #expect(late.view == early.view)
    }

    @Test("a source that was failing and is well again is told of where the server before said so")
    func recovers() throws {
        var before = try Self.monitor()
        let running = SourceEvent.accepted(try PulseDocument.sample(timestamp: Self.wall))
        _ = Self.take(running, &before, at: 0)
        #expect(Self.take(.failed(.tooLarge), &before, at: 1).contains(.sourceFailed))
        var late = try Self.monitor(
            at: 2,
            continuing: MonitorMemory(checkpoint: before.checkpoint, savedAt: Self.wall + 1))
        var ignorant = try Self.monitor(at: 2)
        var past = UnkeptPast(beganAt: .seconds(2), wallClock: Self.wall + 2, limit: 4)
        past.note(
            Self.take(running, &ignorant, at: 2), told: [], of: ignorant, at: Self.wall + 2)
        let start = late.observedTime
        for entry in past.entries { _ = late.goOver(entry, since: start) }
        late.follow(ignorant, since: start)
        #expect(Self.take(.unchanged, &late, at: 3).contains(.sourceRecovered))
    }

    @Test("it is bounded: of plain updates every second one goes, and what happened to runs stays")
    func bounded() throws {
        var monitor = try Self.monitor()
        var past = UnkeptPast(beganAt: .zero, wallClock: Self.wall, limit: 64)
        for second in Int64(0)..<10_000 {
            let status = try PulseDocument.sample(
                second == 5_000 ? .done : .running, epoch: Double(second), of: 20_000,
                timestamp: Self.wall + second)
            let events = Self.take(.accepted(status), &monitor, at: second)
            past.note(
                events, told: [], of: monitor, at: Self.wall + second)
            #expect(past.entries.count <= 64)
        }
        #expect(past.entries.first?.wallClock == Self.wall)
        #expect(past.entries.last?.wallClock == Self.wall + 9_999)
        #expect(past.entries.contains { $0.wallClock == Self.wall + 5_000 })
        // A storm of transitions leaves the newest.
        for second in Int64(10_000)..<10_200 {
            past.note(
                [.stale], told: [.stale], of: monitor, at: Self.wall + second)
            #expect(past.entries.count <= 64)
        }
        #expect(past.entries.last?.wallClock == Self.wall + 10_199)
    }
}
