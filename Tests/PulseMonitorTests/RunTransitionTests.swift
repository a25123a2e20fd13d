import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("RunTransition")
struct RunTransitionTests {
    private var life = MonitoredLife()

    /// The transitions since this was called last.
    private mutating func transitions() -> [RunTransition] {
        RunTransition.of(life.takeEvents())
    }

    @Test("the trainer's own statuses")
    mutating func statuses() throws {
        try life.see(.idle)
        #expect(transitions() == [])
        try life.see(epoch: 0, after: 1)
        #expect(transitions() == [.running])
        try life.see(epoch: 1, after: 1)
        #expect(transitions() == [])
        try life.see(.done, epoch: 10, after: 1)
        #expect(transitions() == [.done])
        try life.see(.done, epoch: 10, after: 1)
        #expect(transitions() == [])
        try life.see(.error, epoch: 10, after: 1)
        #expect(transitions() == [.error])
        try life.see(epoch: 0, after: 1)
        #expect(transitions() == [.running])
        try life.see(.idle, after: 1)
        #expect(transitions() == [])
    }

    @Test("a run that begins again without a word in between")
    mutating func rerun() throws {
        try life.see(epoch: 3)
        _ = transitions()
        try life.see(epoch: 0, after: 1)
        #expect(transitions() == [.running])
    }

    @Test("another attempt: running after an error, recovered after a silence")
    mutating func resumed() throws {
        try life.see(epoch: 1)
        try life.see(epoch: 3, after: 1)
        try life.see(.error, epoch: 3, after: 1)
        _ = transitions()
        try life.see(epoch: 2, after: 1)
        #expect(transitions() == [.running])
        life.wait(300)
        #expect(transitions() == [.stale])
        try life.see(epoch: 1.5, after: 1)
        #expect(transitions() == [.recovered])
        #expect(life.view.attempt == 3)
    }

    @Test("silence, and the end of it")
    mutating func silence() throws {
        try life.see(epoch: 1)
        _ = transitions()
        life.wait(300)
        #expect(transitions() == [.stale])
        life.wait(300)
        #expect(transitions() == [])
        try life.see(epoch: 2)
        #expect(transitions() == [.recovered])
        life.wait(1_000)
        try life.see(.done, epoch: 10)
        #expect(transitions() == [.stale, .done])
    }

    @Test(
        "a source that breaks and is well again", arguments: [PulseError.Reason.syntax, .ioError])
    mutating func source(reason: PulseError.Reason) throws {
        try life.see(epoch: 1)
        _ = transitions()
        life.wait(3, finding: .failed(PulseError(reason, "x")))
        #expect(transitions() == [.sourceInvalid])
        life.wait(3)
        #expect(transitions() == [.recovered])
        life.wait(3, finding: .failed(PulseError(reason, "x")))
        _ = transitions()
        try life.see(.done, epoch: 10)
        #expect(transitions() == [.recovered, .done])
    }

    @Test("a missing file matters while a run is on")
    mutating func missing() throws {
        let missing = SourceEvent.failed(PulseError(.missing, "x"))
        life.deliver(missing)
        try life.see(epoch: 1)
        #expect(transitions() == [.running])
        life.deliver(missing)
        #expect(transitions() == [.sourceInvalid])
        try life.see(.done, epoch: 10)
        #expect(transitions() == [.recovered, .done])
        life.deliver(missing)
        #expect(transitions() == [])
    }

    @Test("a source that falters is no transition")
    mutating func faltering() throws {
        try life.see(epoch: 1)
        _ = transitions()
        life.deliver(.faltered(PulseError(.missing, "x")))
        try life.see(epoch: 2, after: 1)
        #expect(life.takeEvents().isEmpty)
    }

    @Test("a broken run that falls silent is both, once each")
    mutating func brokenAndSilent() throws {
        try life.see(epoch: 1)
        _ = transitions()
        life.wait(300, finding: .failed(PulseError(.syntax, "x")))
        #expect(transitions() == [.sourceInvalid, .stale])
        try life.see(epoch: 2)
        #expect(transitions() == [.recovered])
    }
}
