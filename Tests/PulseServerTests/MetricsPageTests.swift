import TestSupport
@testable import PulseMonitor
@testable import Pulse
import Testing

@testable import PulseServer

@Suite("MetricsPage")
struct MetricsPageTests {
    private func table(_ deliveries: [String: SourceEvent], namesRuns: Bool = false) -> RunTable {
        let origin = RunOrigin.sample(namesRuns: namesRuns)
        let followers = deliveries.map { name, event in
            origin.follower(
                of: SourceName(key: name), label: name,
                first: SourceDelivery([event], nextWithin: .seconds(2)))
        }
        let front = namesRuns ? origin.nobody() : followers[0]
        let table = RunTable(
            front: front.resource, isSingle: !namesRuns, heads: origin.heads,
            streams: origin.streams)
        for follower in followers {
            table.take(follower.resource, item: follower.resource.item, begins: true)
        }
        return table
    }

    private func text(_ table: RunTable) -> String {
        MetricsPage(table: table, metrics: Metrics()).text(.prometheus).bytes().text
    }

    @Test("has every metric of the contract, and the message nowhere")
    func complete() throws {
        let status = try TrainingStatus.sample(
            epoch: 1, of: 4, loss: 0.5, message: "secret", timestamp: 1_732_800_000)
        let text = text(table(["a": .accepted(status)]))
        for line in [
            "pulse_progress_ratio 0.25", "pulse_epoch 1", "pulse_epochs_planned 4",
            "pulse_loss 0.5",
            "pulse_status{status=\"running\"} 1", "pulse_status{status=\"idle\"} 0",
            "pulse_status{status=\"done\"} 0", "pulse_status{status=\"error\"} 0",
            "pulse_liveness{state=\"live\"} 1", "pulse_liveness{state=\"stale\"} 0",
            "pulse_last_update_timestamp_seconds 1732800000", "pulse_source_valid 1",
            "pulse_source_reads_total 1",
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
        let text = text(table(["a": .accepted(try PulseDocument.sample(epoch: 1, loss: 0))]))
        #expect(!text.contains("pulse_loss"))
        #expect(text.contains("\npulse_epoch 1\n"))
    }

    @Test("without a state there are no samples of one: a zero would be a lie")
    func withoutState() {
        let text = text(table(["a": .failed(PulseError(.empty, "x"))]))
        #expect(!text.contains("pulse_loss"))
        #expect(text.contains("\npulse_source_valid 0\n"))
    }

    @Test("labels the samples of several runs, and counts them")
    func several() throws {
        let text = text(
            table(
                [
                    "a": .accepted(try PulseDocument.sample(loss: 0.5)),
                    "b": .accepted(try PulseDocument.sample(.done)),
                    "never": .failed(PulseError(.syntax, "x")),
                ], namesRuns: true))
        for line in [
            "pulse_loss{run=\"a\"} 0.5", "pulse_status{run=\"b\",status=\"done\"} 1",
            "pulse_liveness{run=\"b\",state=\"finished\"} 1", "pulse_runs{liveness=\"finished\"} 1",
            "pulse_runs_unlabelled 0", "pulse_source_valid{run=\"a\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains("run=\"never\""))
        #expect(!text.contains("\npulse_loss 0.5"))
    }

    @Test("polls are counted for all sources, and what is given up stays counted")
    func countersNeverFall() throws {
        let deliveries = try Dictionary(
            uniqueKeysWithValues: (0..<1_100).map {
                (
                    "r\($0)",
                    SourceEvent.accepted(try PulseDocument.sample(timestamp: 1_000 + Int64($0)))
                )
            })
        let table = table(deliveries, namesRuns: true)
        #expect(text(table).contains("\npulse_source_reads_total 1100\n"))
        #expect(text(table).contains("\npulse_runs_unlabelled 100\n"))
        for resource in table.resources.prefix(10) {
            table.remove(resource)
            table.remove(resource)
        }
        #expect(text(table).contains("\npulse_source_reads_total 1100\n"))
        #expect(text(table).contains("\npulse_runs_unlabelled 90\n"))
    }
}
