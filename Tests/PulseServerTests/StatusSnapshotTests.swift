import TestSupport
@testable import PulseMonitor
import MicroHTTPD
@testable import Pulse
import Testing

@testable import PulseServer

@Suite("StatusSnapshot")
struct StatusSnapshotTests {
    private func snapshot(_ view: RunView, previous: RunView? = nil) -> StatusSnapshot {
        StatusSnapshot(
            view: view, history: RunHistory(capacity: 8), sequence: 7, id: "b-7",
            previous: previous.map { snapshot($0) },
            policy: AccessPolicy())
    }

    private func view(_ status: TrainingStatus?) -> RunView {
        RunView(status: status, liveness: .live, etaSeconds: 12.5, source: .ok, sourceError: nil)
    }

    @Test("the progress document has its nine fields, in order, with the contract's numbers")
    func progressDocument() throws {
        let status = try TrainingStatus.sample(epoch: 2.5, of: 3, timestamp: 1_732_800_000)
        #expect(
            view(status).progressDocument?.text == """
                {"progress": 83.33333333333333, "status": "running", "epoch": 2.5, "total_epochs": 3.0, \
                "timestamp": 1732800000, "liveness": "live", "eta_seconds": 12.5, "source": "ok", \
                "source_error": null}
                """)
    }

    @Test("what isn't known is null, and the reason of a broken source is a string")
    func nulls() throws {
        var view = view(try .sample(.idle, epoch: 0, of: 0, timestamp: 5))
        view.liveness = .waiting
        view.etaSeconds = nil
        view.source = .invalid
        view.sourceError = PulseError(.syntax, "a \"b\"\n")
        #expect(
            view.progressDocument?.text == """
                {"progress": 0.0, "status": "idle", "epoch": 0.0, "total_epochs": 0.0, "timestamp": 5, \
                "liveness": "waiting", "eta_seconds": null, "source": "invalid", "source_error": "a \\"b\\"\\n"}
                """)
    }

    @Test("a new state is announced whole: status, then progress, in one block with one id")
    func wholeUpdate() throws {
        let status = try TrainingStatus.sample()
        let update = snapshot(view(status)).update
        let progress = try #require(view(status).progressDocument)
        #expect(
            update.change.text
                == "id: b-7\nevent: status\ndata: \(PulseEncoder.encode(status).text)\n\n"
                + "event: progress\ndata: \(progress.text)\n\n")
        #expect(update.snapshot == update.change)
    }

    @Test("a change of liveness alone sends only progress, but the whole to a newcomer")
    func changeOfLiveness() throws {
        let before = view(try .sample())
        var after = before
        after.liveness = .stale
        after.etaSeconds = nil
        let update = snapshot(after, previous: before).update
        #expect(update.change.text.hasPrefix("id: b-7\nevent: progress\n"))
        #expect(!update.change.text.contains("event: status"))
        #expect(update.snapshot.text.hasPrefix("id: b-7\nevent: status\n"))
    }

    @Test("without a state the problem is announced")
    func problem() {
        var view = view(nil)
        view.source = .invalid
        view.sourceError = PulseError(.empty, offset: 0, "the document is empty")
        let update = snapshot(view).update
        #expect(
            update.change.text.hasPrefix(
                "id: b-7\nevent: problem\ndata: {\"type\": \"about:blank\""))
        #expect(update.change.text.contains("the document is empty (byte 0)"))
        #expect(view.progressDocument == nil)
    }

    @Test("the run is named in a field that other origins may read where they may read anything")
    func runsName() throws {
        var view = view(try .sample())
        view.run = RunID(source: "a", started: 1)
        func names(_ policy: AccessPolicy) -> [String] {
            StatusSnapshot.headers(of: view, namesRun: true, policy: policy).map(\.name)
        }
        #expect(names(AccessPolicy()) == ["Pulse-Source", "Pulse-Run"])
        #expect(
            names(AccessPolicy(corsOrigins: ["https://a.example"]))
                == ["Pulse-Source", "Pulse-Run", "Access-Control-Expose-Headers"])
    }

    @Test("every frame is one line of data")
    func oneLine() throws {
        let status = try TrainingStatus.sample(message: "a\r\nb\u{2028}c\u{85}d\n\nevent: status")
        let lines = snapshot(view(status)).update.change.text.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        #expect(lines.count == 8)
    }
}
