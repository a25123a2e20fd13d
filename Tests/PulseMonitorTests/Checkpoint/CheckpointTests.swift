import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("Checkpoint")
struct CheckpointTests {
    private static let wall: Int64 = 1_732_800_000

    private static func monitor(
        at now: Duration = .zero, continuing memory: MonitorMemory? = nil, wall: Int64 = wall
    ) throws -> RunMonitor {
        try .ofFile(at: now, wallClock: wall, continuing: memory)
    }

    /// What a trainer of some habits does next; its curve, resumes, ends and silences.
    private static func document(
        _ random: inout SeededGenerator, epoch: inout Double, at second: Int64
    ) throws -> TrainingStatus {
        let state: TrainingStatus.State
        switch Int.random(in: 0..<40, using: &random) {
        case 0: (state, epoch) = (.running, 0)
        case 1: (state, epoch) = (.running, (epoch / 2).rounded())
        case 2: state = .done
        case 3: state = .error
        case 4: (state, epoch) = (.idle, 0)
        default: (state, epoch) = (.running, epoch + 0.25)
        }
        return try .sample(
            state, epoch: epoch, loss: Double.random(in: 0...1, using: &random),
            timestamp: wall + second)
    }

    @Test(
        "a monitor that is made anew at any moment says what one says that never was",
        arguments: 1...20)
    func continues(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var whole = try Self.monitor()
        var other = try Self.monitor()
        var memory = MonitorMemory(checkpoint: other.checkpoint, savedAt: Self.wall)
        var epoch = 0.0
        var second: Int64 = 0
        for _ in 0..<400 {
            for _
                in 0..<Int.random(in: 1...(Int.random(in: 1...30, using: &random)), using: &random)
            {
                second += 1
                let idle = SourceDelivery([.unchanged], nextWithin: .seconds(2))
                let expected = whole.take(
                    idle, at: .seconds(second), wallClock: Self.wall + second)
                let events = other.take(idle, at: .seconds(second), wallClock: Self.wall + second)
                #expect(events == expected)
                note(events, of: other, at: Self.wall + second, in: &memory)
                #expect(judged(&whole, second) == judged(&other, second, &memory))
            }
            let event: SourceEvent =
                Int.random(in: 0..<20, using: &random) == 0
                ? .failed(.tooLarge)
                : .accepted(try Self.document(&random, epoch: &epoch, at: second))
            let delivery = SourceDelivery([event], nextWithin: .seconds(2))
            let (now, wall) = (Duration.seconds(second), Self.wall + second)
            let expected = whole.take(delivery, at: now, wallClock: wall)
            let events = other.take(delivery, at: now, wallClock: wall)
            #expect(events == expected)
            note(events, of: other, at: wall, in: &memory)
            if Int.random(in: 0..<6, using: &random) == 0 {
                memory = MonitorMemory(checkpoint: other.checkpoint, savedAt: wall)
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                memory.savedAt = wall
                // No time has passed since the newest entry; the monitor's own may have.
                memory.entries.append((.recovered, other.observedTime))
                other = try Self.monitor(at: now, continuing: memory, wall: wall)
                // What it polls first it doesn't know.
                let again = SourceDelivery(
                    whole.view.sourceError.map { [.failed($0)] } ?? [], nextWithin: .seconds(2))
                let told = other.take(again, at: now, wallClock: wall)
                #expect(RunTransition.of(told) == [])
            }
            #expect(other.view == whole.view)
            #expect(other.history.points == whole.history.points)
            #expect(other.history.resumes == whole.history.resumes)
        }
    }

    private func judged(
        _ monitor: inout RunMonitor, _ second: Int64
    ) -> [RunEvent] {
        monitor.judge(at: .seconds(second))
    }

    private func judged(
        _ monitor: inout RunMonitor, _ second: Int64, _ memory: inout MonitorMemory
    ) -> [RunEvent] {
        let events = monitor.judge(at: .seconds(second))
        note(events, of: monitor, at: Self.wall + second, in: &memory)
        return events
    }

    private func note(
        _ events: [RunEvent], of monitor: RunMonitor, at wall: Int64, in memory: inout MonitorMemory
    ) {
        memory.entries += events.filter(\.isRemembered).map { ($0, monitor.observedTime) }
        memory.savedAt = wall
    }

    /// A run that gave a sign of life at second 10.
    private static func running() throws -> (RunMonitor, MonitorMemory) {
        var monitor = try monitor()
        for second in 0...10 {
            _ = monitor.take(
                SourceDelivery(
                    [
                        .accepted(
                            try PulseDocument.sample(
                                epoch: Double(second), timestamp: wall + Int64(second)))
                    ],
                    nextWithin: .seconds(2)), at: .seconds(second), wallClock: wall + Int64(second))
        }
        return (monitor, MonitorMemory(checkpoint: monitor.checkpoint, savedAt: wall + 10))
    }

    @Test(
        "silence counts from the last sign of life, also while there was no server",
        arguments: [(59, Liveness.live), (60, .stale)] as [(Int64, Liveness)])
    func silence(absence: Int64, liveness: Liveness) throws {
        let (_, memory) = try Self.running()
        var monitor = try Self.monitor(
            at: .seconds(5_000), continuing: memory, wall: Self.wall + 10 + absence)
        let poll = SourceDelivery([.unchanged], nextWithin: .seconds(2))
        _ = monitor.take(poll, at: .seconds(5_000), wallClock: Self.wall + 10 + absence)
        let events = monitor.judge(at: .seconds(5_000))
        #expect(events == (liveness == .stale ? [.stale] : []))
        #expect(monitor.view.liveness == liveness)
    }

    @Test("time without a server is no habit of the trainer's")
    func gaps() throws {
        let (_, memory) = try Self.running()
        let start = Self.wall + 10 + 3_600
        var monitor = try Self.monitor(continuing: memory, wall: start)
        let document = SourceDelivery(
            [.accepted(try PulseDocument.sample(epoch: 20, timestamp: start))],
            nextWithin: .seconds(2))
        #expect(monitor.take(document, at: .zero, wallClock: start).contains(.recovered) == false)
        for second in stride(from: Int64(1), through: 60, by: 1) {
            let poll = SourceDelivery([.unchanged], nextWithin: .seconds(2))
            _ = monitor.take(poll, at: .seconds(second), wallClock: start + second)
            _ = monitor.judge(at: .seconds(second))
        }
        #expect(monitor.view.liveness == .stale)
    }

    @Test("a clock that was set back lets no time pass")
    func clock() throws {
        let (before, memory) = try Self.running()
        let monitor = try Self.monitor(continuing: memory, wall: 0)
        #expect(monitor.observedTime == before.observedTime)
        #expect(monitor.view == before.view)
    }

    @Test("a document that was accepted before is no sign of life")
    func known() throws {
        let (_, memory) = try Self.running()
        var monitor = try Self.monitor(continuing: memory, wall: Self.wall + 40)
        let again = SourceDelivery(
            [.accepted(try PulseDocument.sample(epoch: 4, timestamp: Self.wall + 4))],
            nextWithin: .seconds(2))
        let events = monitor.take(again, at: .zero, wallClock: Self.wall + 40)
        #expect(events.count == 1)
        #expect(monitor.history.points.count == 11)
    }

    @Test("what is damaged is refused, wherever it is cut or one byte is another")
    func damaged() throws {
        let (_, memory) = try Self.running()
        for length in 0..<memory.checkpoint.count {
            let cut = MonitorMemory(
                checkpoint: Array(memory.checkpoint.prefix(length)), savedAt: Self.wall)
            #expect(throws: CheckpointError.self) { try Self.monitor(continuing: cut) }
        }
        let long = MonitorMemory(checkpoint: memory.checkpoint + [0], savedAt: Self.wall)
        #expect(throws: CheckpointError.self) { try Self.monitor(continuing: long) }
        for index in memory.checkpoint.indices {
            var other = memory
            other.checkpoint[index] ^= 0xff
            // Refused or not, it ends well.
            _ = try? Self.monitor(continuing: other)
        }
    }
}
