import Pulse
import Testing

@testable import PulseMonitor

@Suite("RunColumns")
struct RunColumnsTests {
    private func document(_ index: Int, _ details: RunDetails?) throws -> PulseDocument {
        let status = try TrainingStatus(
            status: .running, epoch: Double(index), totalEpochs: 0, loss: 1, message: "",
            timestamp: Int64(index))
        return details.map { PulseDocument(status, details: $0) } ?? PulseDocument(status)
    }

    private func curve(_ range: Range<Int>, capacity: Int = 64) throws -> RunHistory {
        var history = RunHistory(capacity: capacity)
        for index in range {
            // Every third document is of version 1.
            let details = try RunDetails(
                stepsDone: Int64(index), learningRate: Double(index) / 2,
                metrics: index % 2 == 0 ? [("even", Double(index))] : [])
            history.append(try document(index, index % 3 == 0 ? nil : details))
        }
        return history
    }

    private func expectConsistent(_ history: RunHistory) {
        for (index, point) in history.points.enumerated() {
            let number = Int64(point.epoch)
            let row = history.columns[index]
            #expect(row.stepsDone == (number % 3 == 0 ? nil : number))
            #expect(row.learningRate == (number % 3 == 0 ? nil : point.epoch / 2))
            #expect(row.gpuMemoryUsage == nil)
            #expect(row.metrics == [number % 3 != 0 && number % 2 == 0 ? point.epoch : nil])
        }
    }

    @Test("cost nothing to a run of version 1")
    func version1() throws {
        var history = RunHistory(capacity: 4)
        for index in 0..<20 { history.append(try document(index, nil)) }
        #expect(history.columns.isEmpty)
        #expect(history.columns.metricNames.isEmpty)
    }

    @Test("stay beside their points when the resolution is halved", arguments: [1, 5, 17, 64, 300])
    func halving(count: Int) throws {
        let history = try curve(0..<count, capacity: 16)
        if count > 2 { expectConsistent(history) }
        #expect(history.points.count <= 16)
    }

    @Test("are cut where the run resumes, and go on in another curve")
    func resumes() throws {
        var history = try curve(0..<40)
        history.resume(at: 20)
        history.append(try curve(10..<50), from: 20)
        #expect(history.points.map(\.epoch) == (0..<50).map(Double.init))
        expectConsistent(history)
    }

    @Test("are read back from a checkpoint")
    func checkpoint() throws {
        let history = try curve(0..<30)
        var writer = CheckpointWriter()
        history.write(to: &writer)
        var reader = CheckpointReader(writer.bytes)
        let restored = try RunHistory(from: &reader, capacity: 64)
        #expect(restored.points == history.points)
        expectConsistent(restored)
    }

    @Test("keep the first 64 names, and count what they drop")
    func names() throws {
        var history = RunHistory(capacity: 64)
        for step in 0..<2 {
            let metrics = (0..<50).map { ("m\(step)_\($0)", 1.0) }
            history.append(try document(step, RunDetails(metrics: metrics)))
        }
        #expect(history.columns.metricNames.count == 64)
        #expect(history.columns.dropped == 36)
        #expect(history.columns.newest(of: "m0_0") == 1)
    }
}
