import PulseMonitor
import TestSupport
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("Verdict")
struct VerdictTests {
    private func verdict(_ updates: WatchUpdate...) -> Verdict {
        Verdict(WatchState([.opened(serverTime: nil)] + updates))
    }

    @Test("is the trainer's status while that is current")
    func believed() throws {
        #expect(verdict(.reading(.sample(try .sample()))) == .running)
        #expect(verdict(.reading(.sample(try .sample(.idle), .waiting))) == .waiting)
        #expect(verdict(.reading(.sample(try .sample(.done), .finished))) == .done)
        #expect(verdict(.reading(.sample(try .sample(.error), .finished))) == .failed)
    }

    @Test("never calls a run alive that may be dead, or a source valid that is not")
    func doubted() throws {
        let running = try TrainingStatus.sample()
        #expect(verdict(.reading(.sample(running, .stale))) == .stale)
        // An old document that came back is no sign of life.
        #expect(verdict(.reading(.sample(running, .finished))) == .stale)
        #expect(verdict(.reading(.sample(running, .waiting))) == .stale)
        for source in [SourceState.missing, .unreadable, .invalid] {
            #expect(verdict(.reading(.sample(running, source: source))) == .broken(source))
            #expect(
                verdict(.reading(.sample(try .sample(.done), .finished, source: source)))
                    == .broken(source))
        }
        #expect(verdict(.nothing("loss is NaN")) == .unknown)
    }

    @Test("says unreachable whatever was known before")
    func unreachable() throws {
        for status in TrainingStatus.State.allCases {
            let reading = RunReading.sample(try .sample(status))
            #expect(
                verdict(.reading(reading), .lost("no answer", retryAfter: .zero)) == .unreachable)
        }
    }

    @Test("says of a run that is over how it ended")
    func over() throws {
        let running = try TrainingStatus.sample()
        #expect(verdict(.reading(.sample(running, .finished)), .over) == .replaced)
        // Nothing followed it: it fell silent.
        #expect(verdict(.reading(.sample(running, .stale)), .over) == .stale)
        #expect(verdict(.reading(.sample(try .sample(.done), .finished)), .over) == .done)
        #expect(verdict(.reading(.sample(try .sample(.error), .finished)), .over) == .failed)
    }

    @Test("waits for a file that isn't there yet")
    func awaited() throws {
        #expect(
            verdict(.reading(.sample(try .sample(.idle), .waiting, source: .missing))) == .waiting)
        #expect(Verdict(WatchState()) == .connecting)
        #expect(verdict() == .connecting)
    }

    @Test("has a word of its own for each")
    func words() {
        let all: [Verdict] = [
            .connecting, .unreachable, .unknown, .broken(.missing), .broken(.unreadable),
            .broken(.invalid), .waiting, .running, .stale, .done, .failed, .replaced,
        ]
        #expect(Set(all.map(\.word)).count == all.count)
        #expect(all.filter(\.isCurrent) == [.waiting, .running, .done, .failed, .replaced])
    }
}
