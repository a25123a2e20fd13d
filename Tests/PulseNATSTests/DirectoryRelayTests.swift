import Foundation
import Logging
import NATS
import Pulse
import PulseMonitor
import TestSupport
import Testing

@testable import PulseNATS

@Suite("DirectoryRelay", .timeLimit(.minutes(1)))
struct DirectoryRelayTests {
    private let directory: TemporaryDirectory
    private let store = MemoryStore()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ name: String, epoch: Double, timestamp: Int64 = 1_000) throws {
        let status = try TrainingStatus.sample(epoch: epoch, timestamp: timestamp)
        try StatusFileWriter(path: directory.file(name)).write(status)
    }

    private func relay() throws -> DirectoryRelay {
        guard case .bucket(let address) = try NATSAddress("nats://a/runs") else {
            throw NATSError(.other, "it is one")
        }
        let path = directory.path
        return DirectoryRelay(
            of: { DirectorySource(path: path, pollInterval: .milliseconds(20)) }, to: store,
            at: address,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func epoch(_ key: String) -> Double? {
        store.values[key].flatMap { try? PulseDecoder.decode($0).epoch }
    }

    @Test("sends each file to the key of its name, and the last state before it ends")
    func sends() async throws {
        try write("a.json", epoch: 1)
        try write("b.json", epoch: 2)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: directory.file("c.json")))
        let relay = try relay()
        #expect(relay.begin() == nil)
        let running = Task.detached { relay.run() }
        while epoch("a") != 1 || epoch("b") != 2 { await Task.yield() }
        try write("a.json", epoch: 3)
        try write("new.json", epoch: 1)
        while epoch("a") != 3 || epoch("new") != 1 { await Task.yield() }
        relay.stop()
        #expect(await running.value == .delivered)
        #expect(Set(store.values.keys) == ["a", "b", "new"])
        // Counted for each key by itself.
        #expect(store.orders == ["a": 2, "b": 1, "new": 1])
    }

    @Test("what it finds at its start doesn't replace a later state")
    func found() throws {
        try write("a.json", epoch: 1, timestamp: 1_000)
        try write("b.json", epoch: 1, timestamp: 3_000)
        let later = PulseEncoder.encode(try TrainingStatus.sample(epoch: 2, timestamp: 2_000))
        store.put("a", later)
        store.put("b", later)
        let relay = try relay()
        #expect(relay.begin() == nil)
        relay.stop()
        #expect(relay.run() == .delivered)
        #expect(epoch("a") == 2)
        #expect(epoch("b") == 1)
    }

    @Test("sends nothing under a name that can't be a key")
    func names() throws {
        try write("a..b.json", epoch: 1)
        try write("good.json", epoch: 1)
        let relay = try relay()
        #expect(relay.begin() == nil)
        relay.stop()
        #expect(relay.run() == .delivered)
        #expect(Array(store.values.keys) == ["good"])
    }

    @Test("ends at once where waiting can't help")
    func refused() throws {
        store.fail(with: NATSError(.notPermitted, "no"))
        #expect(try relay().begin()?.code == .notPermitted)
    }
}
