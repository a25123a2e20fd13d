import TestSupport
import Testing

@testable import Pulse
@testable import PulseMonitor
@testable import PulseWatch

@Suite("FollowedRuns")
struct FollowedRunsTests {
    private let name = SourceName(key: "bert")
    private var runs = FollowedRuns(
        rules: .init(pollInterval: .seconds(2), staleAfter: .seconds(60)), tick: .seconds(2))

    private func delivery(_ events: SourceEvent...) -> RunsDelivery {
        RunsDelivery([
            NamedDelivery(
                name, label: "bert.json", SourceDelivery(events, nextWithin: .seconds(2)))
        ])
    }

    private func rows(_ updates: [RunsUpdate]) -> [RunRow] {
        updates.compactMap { if case .item(let document) = $0 { RunRow(document) } else { nil } }
    }

    @Test("tells a run as a server would, once for each change")
    mutating func item() throws {
        let status = try TrainingStatus.sample(epoch: 1, of: 3)
        let row = try #require(rows(runs.take(delivery(.accepted(status)), at: .after(0))).first)
        #expect(row.source == "bert")
        #expect(row.id == "bert@\(status.timestamp)")
        #expect(row.reading.status == status)
        #expect(row.verdict == .running)
        #expect(runs.take(delivery(.unchanged), at: .after(2)) == [])
        #expect(runs.judge(at: .after(3)) == [])
    }

    @Test("takes what PULSE v2 alone tells for an update")
    mutating func details() throws {
        let status = try TrainingStatus.sample()
        func rows(steps: Int64, at second: Int64) throws -> [RunRow] {
            let document = PulseDocument(status, details: try RunDetails(stepsDone: steps))
            return self.rows(runs.take(delivery(.accepted(document)), at: .after(second)))
        }
        _ = try rows(steps: 1, at: 0)
        let row = try #require(try rows(steps: 2, at: 5).first)
        #expect(row.reading.document.details?.stepsDone == 2)
        #expect(row.updated == Moment.after(5).unixTime)
    }

    @Test("judges by the time that passes")
    mutating func stale() throws {
        _ = runs.take(delivery(.accepted(try PulseDocument.sample())), at: .after(0))
        var verdicts: [Verdict] = []
        for second in stride(from: Int64(2), through: 70, by: 2) {
            let updates =
                runs.take(delivery(.unchanged), at: .after(second))
                + runs.judge(at: .after(second))
            verdicts += rows(updates).map(\.verdict)
        }
        #expect(verdicts == [.stale])
    }

    @Test("tells that another run has taken the place of one, and that a source is gone")
    mutating func gone() throws {
        let first = try TrainingStatus.sample(.done, timestamp: 900)
        let second = try TrainingStatus.sample(.running, epoch: 0, timestamp: 950)
        _ = runs.take(delivery(.accepted(first)), at: .after(0))
        let updates = runs.take(delivery(.accepted(second)), at: .after(2))
        #expect(updates.count == 2)
        #expect(updates.last == .gone("bert@900"))
        let end = runs.take(
            RunsDelivery([NamedDelivery(name, label: "bert.json", nil)]), at: .after(4))
        #expect(end == [.gone("bert@950")])
    }

    @Test("says why the directory can't be listed, once")
    mutating func listing() {
        var skipped = SkippedFiles()
        skipped.directoryError = "no such directory"
        let delivery = RunsDelivery([], skipped: skipped)
        #expect(runs.take(delivery, at: .after(0)) == [.listing("no such directory")])
        #expect(runs.take(delivery, at: .after(2)) == [])
        skipped.directoryError = nil
        #expect(runs.take(RunsDelivery([], skipped: skipped), at: .after(4)) == [.listing(nil)])
    }
}
