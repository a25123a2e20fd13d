import TestSupport
import Foundation
import Pulse
import Synchronization
import Testing

@testable import PulseMonitor

@Suite("FileStatusSource", .timeLimit(.minutes(1)))
struct FileStatusSourceTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("status.json")
    }

    @Test("counts looks, good states, and failures by reason")
    func counts() throws {
        let source = FileStatusSource(path: path)
        source.look()
        #expect(source.report.state == .missing)
        try writeRunningStatus(to: path, epoch: 1, totalEpochs: 2, loss: 0.5, message: "")
        source.look()
        #expect(source.report.state == .ok)
        #expect(source.report.accepted == 1)
        try directory.write("{\"a\": 1}", to: "status.json")
        source.look()
        #expect(source.report.state == .invalid)
        #expect(source.report.lastGood?.epoch == 1)
        #expect(source.report.failures == [.missing: 1, .unknownField: 1])
        #expect(source.report.reads == 3)
    }

    @Test("half a document is no verdict at the first look, and is one at the second")
    func torn() throws {
        let source = FileStatusSource(path: path, pollInterval: .seconds(2))
        try writeRunningStatus(to: path, epoch: 1, totalEpochs: 2, loss: 0.5, message: "")
        source.look()
        try directory.write("{\"status\": \"run", to: "status.json")
        #expect(source.look() < .seconds(1))
        #expect(source.report.state == .ok)
        #expect(source.look() == .seconds(2))
        #expect(source.report.state == .invalid)
        #expect(source.report.lastGood?.epoch == 1)
    }

    @Test("a directory in the file's place is unreadable")
    func directoryInPlace() {
        let source = FileStatusSource(path: directory.path)
        source.look()
        #expect(source.report.state == .unreadable)
        #expect(source.report.error?.reason == .notRegular)
    }

    @Test("is unreadable when a look doesn't end, and well again after one that does")
    func hangs() throws {
        let now = Mutex(Duration.zero)
        let source = FileStatusSource(
            path: path, pollInterval: .seconds(2), watches: false,
            clock: MonitorClock(now: { now.withLock { $0 } }, unixTime: { 0 }))
        try writeRunningStatus(to: path, epoch: 1, totalEpochs: 2, loss: 0.5, message: "")
        source.look()
        now.withLock { $0 = .seconds(12) }
        #expect(source.report.state == .ok)
        now.withLock { $0 = .seconds(13) }
        #expect(source.report.state == .unreadable)
        #expect(
            source.report.error?.description == "status.json: the last look at it is too long ago")
        #expect(source.report.lastGood?.epoch == 1)
        source.look()
        #expect(source.report.state == .ok)
    }

    @Test("a FIFO without a writer doesn't hold it up")
    func fifo() throws {
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let source = FileStatusSource(path: path)
        source.look()
        #expect(source.report.error?.reason == .notRegular)
    }

    /// Runs a source until its report fulfils a condition.
    private func run(
        _ source: FileStatusSource, until condition: @escaping @Sendable (SourceReport) -> Bool
    ) async {
        let (looks, look) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await source.run { look.yield() } }
            for await _ in looks where condition(source.report) { break }
            group.cancelAll()
        }
    }

    @Test("a replaced file is seen long before the poll is due")
    func watches() async throws {
        let source = FileStatusSource(path: path, pollInterval: .seconds(3_600))
        let path = path
        async let seen: Void = run(source) { $0.lastGood?.epoch == 2 }
        // Again and again: the first may come before the watch is set.
        for _ in 0..<1_000 where source.report.lastGood?.epoch != 2 {
            try writeRunningStatus(to: path, epoch: 2, totalEpochs: 2, loss: 0.5, message: "")
            try await Task.sleep(for: .milliseconds(10))
        }
        await seen
    }

    @Test("without inotify a replaced file is seen at the next poll")
    func polls() async throws {
        let source = FileStatusSource(path: path, pollInterval: .milliseconds(10), watches: false)
        async let missing: Void = run(source) { $0.reads > 1 && $0.state == .missing }
        await missing
        try writeRunningStatus(to: path, epoch: 2, totalEpochs: 2, loss: 0.5, message: "")
        await run(source) { $0.lastGood?.epoch == 2 }
        #expect(source.report.state == .ok)
    }
}
