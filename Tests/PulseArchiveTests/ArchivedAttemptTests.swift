import Logging
import Pulse
import PulseMonitor
import SQLite
import TestSupport
import Testing

@testable import PulseArchive

/// Which attempt a run is in, where its trainer says it (`docs/PULSE-v2.md` §6).
@Suite("ArchivedAttempt")
struct ArchivedAttemptTests {
    private static let wall: Int64 = 1_732_800_000
    private static let address = "/runs/a.json"
    private let directory: TemporaryDirectory
    private var path: String { directory.file("pulse.db") }
    private var monitor: RunMonitor
    private var seconds: Int64 = 0

    init() throws {
        directory = try TemporaryDirectory()
        monitor = RunMonitor(
            (SourceName(file: Self.address), "a.json"), staleAfter: .seconds(60),
            tick: .seconds(2), pollInterval: .seconds(2), at: .zero, wallClock: Self.wall)
    }

    private func archive() throws -> Archive {
        try Archive(
            path: path, scope: .directory("/runs"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Takes a document, as a server does.
    private mutating func take(
        _ state: TrainingStatus.State = .running, epoch: Double, of run: String,
        attempt: Int64?, _ source: ArchivedSource
    ) throws {
        seconds += 1
        let status = try TrainingStatus.sample(
            state, epoch: epoch, of: 60, timestamp: Self.wall + seconds)
        let document = PulseDocument(status, details: try RunDetails(run: run, attempt: attempt))
        let delivery = SourceDelivery([.accepted(document)], nextWithin: .seconds(2))
        let events = monitor.take(delivery, at: .zero, wallClock: Self.wall)
        source.keep(events, of: monitor, at: Self.wall)
    }

    private func attempts() throws -> [Int] {
        try ArchiveReader(path: path).runs().runs.map(\.attempt)
    }

    @Test("is the one that the run begins with, and those that it resumes with")
    mutating func told() throws {
        let archive = try archive()
        let source = try archive.source(Self.address)
        try take(epoch: 1, of: "x", attempt: 3, source)
        archive.drain()
        #expect(try attempts() == [3])
        try take(epoch: 1, of: "x", attempt: 7, source)
        // Replaced, and the next one is another's first.
        try take(epoch: 1, of: "y", attempt: 1, source)
        try take(.done, epoch: 2, of: "y", attempt: 1, source)
        // Seen only when it had ended.
        try take(.error, epoch: 2, of: "z", attempt: 4, source)
        archive.drain()
        #expect(try attempts() == [4, 1, 7])
        let database = try ArchiveFile.openExisting(path)
        let points = try database.all("SELECT attempt FROM point ORDER BY run, n") {
            $0.integer(0)
        }
        #expect(points == [3, 7, 1, 1, 4])
    }

    @Test("is that of a run which idle had ended, also when it was deleted meanwhile")
    mutating func joined() throws {
        let archive = try archive()
        let source = try archive.source(Self.address)
        try take(epoch: 1, of: "x", attempt: 3, source)
        try take(.idle, epoch: 0, of: "x", attempt: nil, source)
        try take(epoch: 2, of: "x", attempt: 3, source)
        archive.drain()
        #expect(try attempts() == [3])
        try take(.idle, epoch: 0, of: "x", attempt: nil, source)
        archive.drain()
        try ArchiveFile.openExisting(path).execute("DELETE FROM run")
        try take(epoch: 3, of: "x", attempt: 3, source)
        archive.drain()
        #expect(try attempts() == [3])
        #expect(monitor.view.attempt == 3)
    }

    @Test("that fails at once after idle ends its run")
    mutating func failed() throws {
        let archive = try archive()
        let source = try archive.source(Self.address)
        try take(epoch: 1, of: "x", attempt: 3, source)
        try take(.idle, epoch: 0, of: "x", attempt: nil, source)
        try take(.error, epoch: 2, of: "x", attempt: 4, source)
        archive.drain()
        #expect(try attempts() == [4])
        let failures = try ArchiveFile.openExisting(path).all(
            "SELECT count(*) FROM run WHERE ending = 'error'"
        ) { $0.integer(0) }
        #expect(failures == [1])
    }
}
