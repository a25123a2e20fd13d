import Pulse
import Synchronization
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("DirectorySource", .timeLimit(.minutes(1)))
struct DirectorySourceTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ name: String, epoch: Double = 1) throws {
        let document = PulseEncoder.encode(try TrainingStatus.sample(epoch: epoch))
        try directory.write(document, to: name + ".new")
        directory.rename(name + ".new", to: name)
    }

    private func epochs(_ delivery: RunsDelivery) -> [String: Double] {
        var epochs: [String: Double] = [:]
        for source in delivery.sources {
            for case .accepted(let status) in source.delivery?.events ?? [] {
                epochs[source.name.description] = status.epoch
            }
        }
        return epochs
    }

    /// Follows a directory until what was delivered so far is enough.
    private func follow(
        _ source: DirectorySource, until isEnough: @escaping @Sendable ([RunsDelivery]) -> Bool,
        while act: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) async throws -> [RunsDelivery] {
        let (deliveries, delivery) = AsyncStream.makeStream(of: RunsDelivery.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await source.run { delivery.yield($0) } }
            // Again and again: the first may come before a watch is set.
            group.addTask {
                for step in 1..<2_000 {
                    try act(step)
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
            var found: [RunsDelivery] = []
            for await delivery in deliveries {
                found.append(delivery)
                if isEnough(found) { break }
            }
            group.cancelAll()
            return found
        }
    }

    @Test("delivers every file and every folder's file, and says what it passes over")
    func poll() throws {
        try write("a.json", epoch: 1)
        try directory.makeDirectory("b")
        try write("b/status.json", epoch: 2)
        try directory.makeDirectory("empty")
        try directory.write("{}", to: "package.json")
        try directory.write("x", to: "no name.json")
        let delivery = DirectorySource(path: directory.path).poll()
        #expect(epochs(delivery) == ["a": 1, "b": 2])
        #expect(Set(delivery.sources.map(\.label)) == ["a.json", "b/status.json"])
        #expect(delivery.skipped?.counts == [.invalidName: 1, .neverValid: 1])
        #expect(delivery.skipped?.examples["package.json"] == .neverValid)
    }

    @Test("isn't held up by a FIFO, a loop of links, a device, or a directory in a file's place")
    func oddFiles() throws {
        directory.makeFIFO("fifo.json")
        directory.makeLink("loop.json", to: "loop.json")
        directory.makeLink("null.json", to: "/dev/null")
        try directory.makeDirectory("folder.json")
        try directory.makeDirectory("deep/status.json")
        try write("a.json")
        let delivery = DirectorySource(path: directory.path).poll()
        #expect(epochs(delivery) == ["a": 1])
        #expect(
            delivery.skipped?.examples == [
                "fifo.json": .unreadable, "loop.json": .unreadable, "null.json": .unreadable,
                "deep/status.json": .unreadable,
            ])
    }

    @Test("follows links that stay on the file system, and no others")
    func links() throws {
        let other = try TemporaryDirectory()
        try other.write(PulseEncoder.encode(try TrainingStatus.sample(epoch: 5)), to: "real.json")
        directory.makeLink("near.json", to: other.file("real.json"))
        directory.makeLink("proc.json", to: "/proc/self/status")
        directory.makeLink("far", to: "/proc/self")
        let delivery = DirectorySource(path: directory.path).poll()
        #expect(epochs(delivery) == ["near": 5])
    }

    @Test("an empty directory, or none, has no sources, and says so")
    func empty() throws {
        #expect(DirectorySource(path: directory.path).poll().sources.isEmpty)
        let missing = DirectorySource(path: directory.file("missing")).poll()
        #expect(missing.sources.isEmpty)
        #expect(missing.skipped?.directoryError?.contains("missing") == true)
    }

    @Test("a directory that comes back with the names that it had is no error any more")
    func comesBack() async throws {
        try write("runs/a.json")
        // Old enough that its time of change tells of every later one.
        try await Task.sleep(for: .milliseconds(50))
        let path = directory.file("runs")
        let files = DirectoryPoll(directory: path, pollInterval: .seconds(2), limit: 10)
        var now = Duration.zero
        func list(isAsked: Bool = false) -> SkippedFiles? {
            now += .seconds(60)
            _ = files.list(isAsked: isAsked, at: { now })
            return files.skipped()
        }
        _ = list(isAsked: true)
        #expect(files.all.count == 1)
        directory.rename("runs", to: "away")
        #expect(list()?.directoryError != nil)
        directory.rename("away", to: "runs")
        let back = try #require(list(), "what changed is reported")
        #expect(back.directoryError == nil)
    }

    @Test("reads no more files than may be, and counts the others")
    func limit() throws {
        for number in 0..<5 { try write("r\(number).json") }
        let delivery = DirectorySource(path: directory.path, limit: 3).poll()
        #expect(delivery.sources.count == 3)
        #expect(delivery.skipped?.counts[.tooMany] == 2)
    }

    @Test("what changes, and what is new, is delivered long before the poll is due")
    func watches() async throws {
        try write("a.json", epoch: 0)
        try directory.makeDirectory("b")
        let source = DirectorySource(path: directory.path, pollInterval: .seconds(3_600))
        // Of each delivery once: there may be thousands before a slow machine has made the last.
        let changed = Mutex<Set<String>>([])
        _ = try await follow(source) { found in
            changed.withLock { changed in
                changed.formUnion(
                    found.last.map { epochs($0) }?.filter { $0.value > 1 }.map(\.key) ?? [])
                return changed == ["a", "b", "c", "d"]
            }
        } while: { step in
            try write("a.json", epoch: Double(step))
            try write("b/status.json", epoch: Double(step))
            try write("c.json", epoch: Double(step))
            if step == 20 { try directory.makeDirectory("d") }
            if step >= 20 { try write("d/status.json", epoch: Double(step)) }
        }
    }

    @Test("finds everything without inotify, too")
    func polls() async throws {
        let source = DirectorySource(
            path: directory.path, pollInterval: .milliseconds(20), watches: false)
        _ = try await follow(source) { found in
            Set(found.flatMap { epochs($0) }.map(\.key)) == ["a", "b"]
        } while: { step in
            guard step == 10 else { return }
            try write("a.json")
            try directory.makeDirectory("b")
            try write("b/status.json")
        }
    }

    @Test("a file that vanished is missing, and the same source when it is back")
    func vanished() async throws {
        try write("a.json")
        let source = DirectorySource(path: directory.path, pollInterval: .milliseconds(20))
        _ = try await follow(source) { found in
            found.contains { delivery in
                delivery.sources.contains { source in
                    if case .failed(let error)? = source.delivery?.events.last {
                        return error.reason == .missing
                    }
                    return false
                }
            }
        } while: { step in
            if step == 5 { directory.remove("a.json") }
        }
    }

    @Test("gives up what is gone when its place is needed, and says so")
    func givesUp() async throws {
        for number in 0..<3 { try write("r\(number).json") }
        let source = DirectorySource(
            path: directory.path, pollInterval: .milliseconds(20), limit: 3)
        _ = try await follow(source) { found in
            let all = found.flatMap(\.sources)
            return all.contains { $0.delivery == nil && $0.name.description == "r0" }
                && all.contains { $0.name.description == "new" }
        } while: { step in
            if step == 5 { directory.rename("r0.json", to: "new.json") }
        }
    }
}
