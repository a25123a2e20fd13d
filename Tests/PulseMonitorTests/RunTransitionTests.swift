import TestSupport
import Testing

@testable import Pulse
@testable import PulseMonitor

@Suite("RunTransition")
struct RunTransitionTests {
    private func view(
        _ state: TrainingStatus.State?, epoch: Double = 1, _ liveness: Liveness = .live,
        _ source: SourceState = .ok
    ) throws -> RunView {
        RunView(
            status: try state.map { try .sample($0, epoch: epoch) }, liveness: liveness,
            source: source, sourceError: source == .ok ? nil : PulseError(.syntax, "x"))
    }

    @Test("the trainer's own words")
    func words() throws {
        let idle = try view(.idle, epoch: 0, .waiting)
        let running = try view(.running)
        let done = try view(.done, epoch: 4, .finished)
        let error = try view(.error, .finished)
        #expect(RunTransition.between(idle, running) == [.running])
        #expect(RunTransition.between(running, done) == [.done])
        #expect(RunTransition.between(running, error) == [.error])
        #expect(RunTransition.between(done, running) == [.running])
        #expect(RunTransition.between(done, idle) == [])
        #expect(RunTransition.between(running, try view(.running, epoch: 2)) == [])
    }

    @Test("a run that begins again without a word in between")
    func rerun() throws {
        #expect(
            RunTransition.between(try view(.running, epoch: 3), try view(.running, epoch: 0))
                == [.running])
    }

    @Test("silence, and the end of it")
    func silence() throws {
        let live = try view(.running)
        let stale = try view(.running, .stale)
        #expect(RunTransition.between(live, stale) == [.stale])
        #expect(RunTransition.between(stale, try view(.running, epoch: 2)) == [.recovered])
        #expect(RunTransition.between(stale, stale) == [])
        #expect(RunTransition.between(stale, try view(.done, epoch: 4, .finished)) == [.done])
    }

    @Test("a source that breaks and mends", arguments: [SourceState.invalid, .unreadable])
    func source(state: SourceState) throws {
        let good = try view(.running)
        let broken = try view(.running, .live, state)
        #expect(RunTransition.between(good, broken) == [.sourceInvalid])
        #expect(RunTransition.between(broken, broken) == [])
        #expect(RunTransition.between(broken, good) == [.recovered])
        #expect(RunTransition.between(broken, try view(.done, .finished)) == [.recovered, .done])
    }

    @Test("a missing file counts while a run is on")
    func missing() throws {
        let missing = try view(.running, .live, .missing)
        #expect(RunTransition.between(try view(.running), missing) == [.sourceInvalid])
        #expect(
            RunTransition.between(
                try view(.done, .finished), try view(.done, .finished, .missing)) == [])
        #expect(
            RunTransition.between(
                try view(.idle, .waiting, .missing), try view(.running)) == [.running])
    }

    @Test("a broken run that falls silent is told as both, once each")
    func brokenAndSilent() throws {
        let broken = try view(.running, .live, .invalid)
        #expect(RunTransition.between(broken, try view(.running, .stale, .invalid)) == [.stale])
        #expect(
            RunTransition.between(try view(.running, .stale, .invalid), try view(.running))
                == [.recovered])
    }
}
