import Foundation
import Pulse
import Synchronization
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("FileSource", .timeLimit(.minutes(1)))
struct FileSourceTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("status.json")
    }

    private func write(epoch: Double) throws {
        try writeRunningStatus(to: path, epoch: epoch, totalEpochs: 2, loss: 0.5, message: "")
    }

    private func epoch(_ delivery: SourceDelivery) -> Double? {
        for case .accepted(let status) in delivery.events { return status.epoch }
        return nil
    }

    @Test("a FIFO without a writer doesn't hold it up")
    func fifo() throws {
        #expect(unsafe mkfifo(path, 0o600) == 0)
        guard case .failed(let error)? = FileSource(path: path).poll().events.first else {
            Issue.record("a FIFO is no document")
            return
        }
        #expect(error.reason == .notRegular)
    }

    @Test("is named after its file, or its folder")
    func names() {
        #expect(FileSource(path: "/runs/bert/status.json").name.description == "bert")
        #expect(FileSource(path: "/runs/bert/status.json").label == "status.json")
        #expect(FileSource(path: "a.json").name.description == "a")
        #expect(!FileSource(path: "status.json").name.description.isEmpty)
    }

    @Test("a replaced file is delivered long before the poll is due")
    func watches() async throws {
        let source = FileSource(path: path, pollInterval: .seconds(3_600))
        let (deliveries, delivery) = AsyncStream.makeStream(of: SourceDelivery.self)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await source.run { delivery.yield($0) } }
            // Again and again: the first may come before the watch is set.
            group.addTask {
                for step in 1..<1_000 {
                    try write(epoch: Double(step))
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            var found = 0
            for await delivery in deliveries {
                if epoch(delivery) != nil { found += 1 }
                if found == 3 { break }
            }
            group.cancelAll()
        }
    }

    @Test("without inotify a replaced file is delivered at the next poll")
    func polls() async throws {
        let source = FileSource(path: path, pollInterval: .milliseconds(10), watches: false)
        let (deliveries, delivery) = AsyncStream.makeStream(of: SourceDelivery.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await source.run { delivery.yield($0) } }
            var polls = 0
            for await delivery in deliveries {
                polls += 1
                if polls == 3 { try write(epoch: 2) }
                if epoch(delivery) == 2 { break }
            }
            group.cancelAll()
        }
    }
}
