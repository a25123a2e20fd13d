import Logging
import Pulse
import PulseMonitor
import SQLite
import TestSupport
import Testing

@testable import PulseArchive

@Suite("Archive")
struct ArchiveTests {
    private static let wall: Int64 = 1_732_800_000
    private static let address = "/runs/a.json"
    private let directory: TemporaryDirectory
    private var path: String { directory.file("pulse.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func archive(_ retention: Retention = Retention()) throws -> Archive {
        try Archive(
            path: path, scope: .directory("/runs"), retention: retention,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func monitor(continuing memory: MonitorMemory?) throws -> RunMonitor {
        let source = (SourceName(file: Self.address), "a.json")
        guard let memory else {
            return RunMonitor(
                source, staleAfter: .seconds(60), tick: .seconds(2), pollInterval: .seconds(2),
                at: .zero, wallClock: Self.wall)
        }
        return try RunMonitor(
            source, staleAfter: .seconds(60), tick: .seconds(2), pollInterval: .seconds(2),
            at: .zero,
            wallClock: Self.wall, continuing: memory)
    }

    private func source(_ archive: Archive) throws -> ArchivedSource {
        try archive.source(Self.address)
    }

    /// Takes documents, as a server does.
    private func take(
        _ documents: [TrainingStatus], _ monitor: inout RunMonitor, _ source: ArchivedSource
    ) {
        for document in documents {
            let delivery = SourceDelivery([.accepted(document)], nextWithin: .seconds(2))
            let events = monitor.take(delivery, at: .zero, wallClock: Self.wall)
            source.keep(events, of: monitor, at: Self.wall)
        }
    }

    private static func running(_ epochs: [Double], from start: Int64 = 0) throws
        -> [TrainingStatus]
    {
        try epochs.enumerated().map { index, epoch in
            try .sample(
                epoch: epoch, of: 60, loss: 1 / (epoch + 1), timestamp: wall + start + Int64(index))
        }
    }

    @Test(
        "a server that is started anew goes on with the same run, however the first one ended",
        arguments: [0, 1, 300, 5_000])
    func restart(count: Int) throws {
        var before = try monitor(continuing: nil)
        do {
            let archive = try archive()
            let source = try source(archive)
            #expect(source.memory == nil)
            take(try Self.running((0..<count).map { Double($0) / 4 }), &before, source)
            // Not closed: what was committed is all that there is.
            archive.drain()
        }
        let source = try source(try archive())
        guard count > 0 else { return #expect(source.memory == nil) }
        let after = try monitor(continuing: source.memory)
        #expect(after.view == before.view)
        #expect(after.history.points == before.history.points)
        let reader = try ArchiveReader(path: path)
        let run = try #require(try reader.runs().runs.first)
        #expect(run.id == before.view.run && run.isNewest && run.ending == nil)
        #expect(run.status == before.view.status)
        #expect(try reader.curve(of: run).points.count == count)
    }

    @Test("earlier runs stay with their curves; a resume cuts, and what was cut is not shown")
    func earlier() throws {
        let archive = try archive()
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        take(try Self.running([0, 1, 2, 3]), &monitor, source)
        take([try .sample(.error, epoch: 3, timestamp: Self.wall + 10)], &monitor, source)
        take(try Self.running([2, 3, 4], from: 20), &monitor, source)
        take([try .sample(.done, epoch: 4, timestamp: Self.wall + 30)], &monitor, source)
        take(try Self.running([0, 1], from: 40), &monitor, source)
        archive.drain()
        let reader = try ArchiveReader(path: path)
        let runs = try reader.runs().runs
        #expect(runs.map(\.id.started) == [Self.wall + 40, Self.wall])
        #expect(runs.map(\.attempt) == [1, 2])
        #expect(runs.map(\.isNewest) == [true, false])
        #expect(runs.map(\.ending) == [nil, .done])
        #expect(runs.map(\.bestLoss) == [0.5, 0.2])
        let curve = try reader.curve(of: runs[1])
        #expect(Array(curve.epochs.prefix(5)) == [0, 1, 2, 3, 4])
        #expect(curve.resumes == [2])
        #expect(try reader.runs(of: .one(Self.address)).runs == runs)
        #expect(try reader.runs(of: .directory("/runs")).runs == runs)
        #expect(try reader.runs(of: .directory("/")).runs == [])
        #expect(try reader.runs(of: .one("/runs/b.json")).runs == [])
    }

    @Test("a run that turns out to be a resume keeps its own id as another name")
    func joins() throws {
        let archive = try archive()
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        take(try Self.running((0...20).map { Double($0) }), &monitor, source)
        take(try Self.running([0, 15, 15.5, 16], from: 100), &monitor, source)
        archive.drain()
        let reader = try ArchiveReader(path: path)
        let runs = try reader.runs().runs
        #expect(runs.map(\.attempt) == [2])
        let alias = RunID(source: "a", started: Self.wall + 100)
        #expect(try reader.runs().aliases == [alias: runs[0].id])
        #expect(try reader.curve(of: runs[0]).points == monitor.history.points)
    }

    @Test("a run that turns out to be the resume of one that was deleted takes its id")
    func joinsDeleted() throws {
        let archive = try archive()
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        take(try Self.running((0...20).map { Double($0) }), &monitor, source)
        take(try Self.running([0], from: 100), &monitor, source)
        archive.drain()
        let reader = try ArchiveReader(path: path)
        try ArchiveEraser.delete([try #require(try reader.runs().runs.last)], from: path)
        take(try Self.running([15, 15.5, 16], from: 101), &monitor, source)
        archive.drain()
        let runs = try reader.runs().runs
        #expect(runs.map(\.id) == [monitor.view.run])
        #expect(runs.map(\.attempt) == [2])
        #expect(try reader.curve(of: runs[0]).epochs == [15, 15.5, 16])
        #expect(try reader.runs().aliases.count == 1)
    }

    @Test("a finished run is thinned, and the oldest go beyond those that are kept")
    func retention() throws {
        var retention = Retention()
        retention.runs = 2
        let archive = try archive(retention)
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        for run in 0..<5 {
            let start = Int64(run) * 10_000
            take(
                try Self.running((0..<3_000).map { Double($0) / 100 }, from: start), &monitor,
                source)
            take(
                [try .sample(.done, epoch: 30, loss: 0.01, timestamp: Self.wall + start + 9_000)],
                &monitor, source)
        }
        take(try Self.running([0], from: 90_000), &monitor, source)
        archive.drain()
        let reader = try ArchiveReader(path: path)
        let runs = try reader.runs().runs
        #expect(runs.map(\.isNewest) == [true, false, false])
        for run in runs.dropFirst() {
            let curve = try reader.curve(of: run).points
            #expect(curve.count <= 2_048 && curve.count > 1_000)
            #expect(curve.first?.epoch == 0)
        }
    }

    @Test("a run that is on keeps so many points at most, with its ends and its peaks")
    func runningPoints() throws {
        var retention = Retention()
        retention.runningPoints = 64
        let archive = try archive(retention)
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        for step in 0..<2_000 {
            let loss = step == 777 ? 9 : step == 1_234 ? -9 : 1.0
            take(
                [
                    try .sample(
                        epoch: Double(step) / 40, of: 60, loss: loss,
                        timestamp: Self.wall + Int64(step))
                ], &monitor, source)
        }
        archive.drain()
        let reader = try ArchiveReader(path: path)
        let curve = try reader.curve(of: try #require(try reader.runs().runs.first))
        #expect(curve.points.count <= 64 && curve.points.count >= 32)
        #expect(curve.epochs.first == 0 && curve.epochs.last == 1_999.0 / 40)
        #expect(curve.losses.max() == 9 && curve.losses.min() == -9)
    }

    @Test("a clock that jumps loses nothing", arguments: [-100_000_000, 100_000_000] as [Int64])
    func clock(jump: Int64) throws {
        var retention = Retention()
        retention.age = .seconds(1_000_000_000)
        var before = try monitor(continuing: nil)
        do {
            let archive = try archive(retention)
            let source = try source(archive)
            take(try Self.running([0, 1, 2]), &before, source)
            let done = SourceDelivery(
                [
                    .accepted(
                        try TrainingStatus.sample(
                            .done, epoch: 3, of: 60, timestamp: Self.wall + 10))
                ],
                nextWithin: .seconds(2))
            let events = before.take(done, at: .zero, wallClock: Self.wall + jump)
            source.keep(events, of: before, at: Self.wall + jump)
            take(try Self.running([0, 1], from: 100), &before, source)
            archive.drain()
        }
        let after = try monitor(continuing: try source(try archive(retention)).memory)
        #expect(after.view.run == before.view.run)
        #expect(after.view.liveness == .live)
        #expect(try ArchiveReader(path: path).runs().runs.count == 2)
    }

    @Test("on a network file system the file is one connection's alone, and needs no shared memory")
    func network() throws {
        let (database, isShared) = try ArchiveFile.open(path, isNetwork: true)
        #expect(isShared == false)
        try database.run("INSERT INTO source(address) VALUES ('a')")
        #expect(try directory.names().filter { $0.hasSuffix("-shm") } == [])
        let other = try Database(path: path, .read, timeout: .zero)
        #expect(throws: SQLiteError.self) {
            try other.first("SELECT count(*) FROM source") { $0.integer(0) }
        }
    }

    @Test("a second server on the same source doesn't write it, and one on another does")
    func locks() throws {
        let one = try archive()
        let first = try source(one)
        let other = try archive()
        // Both found that it is new; who writes first keeps it.
        let second = try source(other)
        for (archive, source) in [(one, first), (other, second)] {
            var monitor = try monitor(continuing: nil)
            take(try Self.running([0, 1]), &monitor, source)
            archive.drain()
        }
        #expect(one.isUp)
        #expect(other.isUp == false)
        #expect(other.isRefused(Self.address))
        // It knows what the first has written, and writes nothing.
        let third = try source(try archive())
        #expect(third.memory != nil)
        withExtendedLifetime((one, first)) {}
    }

    @Test("what isn't ours is refused, and not a byte of it changes")
    func refused() throws {
        try directory.write("notes of somebody", to: "pulse.db")
        #expect(throws: ArchiveError.foreign(path: path)) { try archive() }
        #expect(try directory.names() == ["pulse.db"])
        let theirs = directory.file("theirs.db")
        try Database(path: theirs, .create).execute("CREATE TABLE notes(a)")
        #expect(throws: ArchiveError.foreign(path: theirs)) {
            try Archive(path: theirs, scope: .one("a"), logger: Logger(label: "test"))
        }
        #expect {
            try Archive(path: directory.path, scope: .one("a"), logger: Logger(label: "test"))
        } throws: {
            "\($0)" == "\(directory.path): is a directory"
        }
        #expect {
            try Archive(
                path: directory.file("no/pulse.db"), scope: .one("a"), logger: Logger(label: "test")
            )
        } throws: {
            "\($0)".hasSuffix("No such file or directory")
        }
    }

    @Test("silence goes on from the newest document, whatever the source said since")
    func silence() throws {
        do {
            let archive = try archive()
            let source = try source(archive)
            var monitor = try monitor(continuing: nil)
            take(try Self.running([0, 1]), &monitor, source)
            archive.drain()
            let error = SourceDelivery(
                [.failed(PulseError(.syntax, "torn"))], nextWithin: .seconds(2))
            let events = monitor.take(error, at: .seconds(1), wallClock: Self.wall + 50)
            source.keep(
                events.filter { !$0.isRemembered }, of: monitor, at: Self.wall + 50)
            archive.drain()
        }
        let archive = try archive()
        let memory = try #require(try source(archive).memory)
        #expect(memory.savedAt == Self.wall)
    }

    @Test("a monitor that begins anew goes on behind the points that its run has")
    func anew() throws {
        let archive = try archive()
        let source = try source(archive)
        for _ in 0..<2 {
            var monitor = try monitor(continuing: nil)
            take(try Self.running([0, 1]), &monitor, source)
        }
        archive.drain()
        #expect(archive.isUp)
        let reader = try ArchiveReader(path: path)
        #expect(try reader.runs().runs.count == 1)
    }

    @Test("a newer schema is refused")
    func newer() throws {
        _ = try archive()
        try Database(path: path, .write).execute("PRAGMA user_version = 2")
        #expect(throws: ArchiveError.newer(path: path, version: 2)) { try archive() }
    }

    @Test("what can't be written waits, and is written once that works again")
    func waits() throws {
        let archive = try archive()
        let source = try source(archive)
        var monitor = try monitor(continuing: nil)
        let other = try Database(path: path, .write, timeout: .zero)
        try other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON point BEGIN SELECT RAISE(ABORT, 'full'); END")
        take(try Self.running([0, 1]), &monitor, source)
        archive.drain()
        #expect(archive.isUp == false)
        try other.execute("DROP TRIGGER full")
        take(try Self.running([2], from: 2), &monitor, source)
        archive.drain()
        #expect(archive.isUp)
        let reader = try ArchiveReader(path: path)
        #expect(try reader.curve(of: try #require(try reader.runs().runs.first)).points.count == 3)
    }
}
