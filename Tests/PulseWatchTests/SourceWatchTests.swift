import TestSupport
import Testing

@testable import Pulse
@testable import PulseMonitor
@testable import PulseWatch

@Suite("SourceWatch")
struct SourceWatchTests {
    private func view(_ status: TrainingStatus?, _ liveness: Liveness = .live) -> RunView {
        RunView(
            status: status, liveness: liveness, etaSeconds: nil, source: .ok, sourceError: nil)
    }

    @Test("tells a new status as a server would: both documents, then the reading")
    func status() throws {
        let view = view(try .sample())
        let document = PulseEncoder.encode(try TrainingStatus.sample())
        let progress = try #require(view.progressDocument)
        #expect(
            SourceWatch.updates(of: view, after: nil) == [
                .document(document), .document(progress), .reading(try #require(RunReading(view))),
            ])
    }

    @Test("tells a new judgement without the status, and nothing new not at all")
    func judgement() throws {
        let before = view(try .sample())
        let after = view(try .sample(), .stale)
        #expect(SourceWatch.updates(of: after, after: before).count == 2)
        #expect(SourceWatch.updates(of: before, after: before) == [])
    }

    @Test("tells what PULSE v2 alone says in the reading, and readers of v1 nothing twice")
    func details() throws {
        var before = view(try .sample())
        before.details = try RunDetails(stepsDone: 1)
        var after = before
        after.details = try RunDetails(stepsDone: 2)
        #expect(
            SourceWatch.updates(of: after, after: before)
                == [.reading(try #require(RunReading(after)))])
    }

    @Test("says why there is nothing")
    func nothing() {
        var view = view(nil)
        view.sourceError = .tooLarge
        #expect(
            SourceWatch.updates(of: view, after: nil)
                == [.nothing("the document is over 65536 bytes (byte 0)")])
    }
}
