import TestSupport
@testable import PulseMonitor
@testable import Pulse
import Testing

@testable import PulseServer

@Suite("MetricsPage")
struct MetricsPageTests {
    private func text(of view: RunView) -> String {
        let snapshot = StatusSnapshot(
            view: view, history: RunHistory(capacity: 8), sequence: 1, id: "b-1", previous: nil,
            policy: AccessPolicy())
        let page = MetricsPage(
            store: StatusStore(snapshot, SourceCounts()),
            hub: EventHub(limit: 1, policy: AccessPolicy()), metrics: Metrics())
        return page.text(of: view, format: .prometheus).bytes().text
    }

    @Test("has every metric of the contract, and the message nowhere")
    func complete() throws {
        let status = try TrainingStatus.sample(
            epoch: 1, of: 4, loss: 0.5, message: "secret", timestamp: 1_732_800_000)
        let text = text(of: RunView(status: status, liveness: .live, etaSeconds: 1, source: .ok))
        for line in [
            "pulse_progress_ratio 0.25", "pulse_epoch 1", "pulse_epochs_planned 4",
            "pulse_loss 0.5",
            "pulse_status{status=\"running\"} 1", "pulse_status{status=\"idle\"} 0",
            "pulse_status{status=\"done\"} 0", "pulse_status{status=\"error\"} 0",
            "pulse_liveness{state=\"live\"} 1", "pulse_liveness{state=\"stale\"} 0",
            "pulse_last_update_timestamp_seconds 1732800000", "pulse_source_valid 1",
            "pulse_source_reads_total 0",
            "pulse_source_errors_total{reason=\"missing\"} 0", "pulse_event_streams 0",
            "pulse_build_info{version=\"\(PulseVersion.current)\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains("secret"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("a loss that nobody measured has no sample")
    func withoutLoss() throws {
        var view = RunView(
            status: try .sample(epoch: 1, loss: 0), liveness: .live, etaSeconds: nil, source: .ok)
        #expect(text(of: view).contains("\npulse_loss 0\n"))
        view.hasLoss = false
        #expect(!text(of: view).contains("pulse_loss"))
        #expect(text(of: view).contains("\npulse_epoch 1\n"))
    }

    @Test("without a state there are no samples of one: a zero would be a lie")
    func withoutState() {
        let text = text(
            of: RunView(liveness: .waiting, source: .invalid, sourceError: PulseError(.empty, "x")))
        #expect(!text.contains("pulse_loss"))
        #expect(text.contains("\npulse_source_valid 0\n"))
    }
}
