import Logging
import PulseMonitor
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import Pulse
@testable import PulseArchive

@Suite("ArchivedTransition", .timeLimit(.minutes(1)))
struct ArchivedTransitionTests {
    private final class Teller: TransitionTeller {
        let told = Mutex<[TransitionNotice]>([])
        let left = Mutex<[WaitingTransition]>([])
        /// The runs that turned out to be resumes, and how many transitions were told before.
        let joined = Mutex<[RunID: Int]>([:])

        func tell(_ notices: [TransitionNotice]) { told.withLock { $0 += notices } }
        func join(_ run: RunID, to earlier: RunID) {
            joined.withLock { $0[run] = told.withLock(\.count) }
        }
        func resume(_ waiting: [WaitingTransition]) { left.withLock { $0 += waiting } }
    }

    private static let wall: Int64 = 1_732_800_000
    private static let name = SourceName(file: "/runs/a.json")
    private let directory: TemporaryDirectory
    private let teller = Teller()
    private var path: String { directory.file("pulse.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func archive() throws -> Archive {
        try Archive(
            path: path, scope: .directory("/runs"), teller: teller,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func keep(_ documents: [TrainingStatus], in archive: Archive) throws -> RunMonitor {
        var monitor = RunMonitor(
            (Self.name, "a.json"), staleAfter: .seconds(60), tick: .seconds(2),
            pollInterval: .seconds(2), at: .zero, wallClock: Self.wall)
        let source = try archive.source("/runs/a.json")
        for document in documents {
            let delivery = SourceDelivery([.accepted(document)], nextWithin: .seconds(2))
            let events = monitor.take(delivery, at: .zero, wallClock: Self.wall)
            source.keep(events, of: monitor, at: Self.wall)
        }
        archive.drain()
        return monitor
    }

    private var told: [TransitionNotice] { teller.told.withLock(\.self) }

    private func left() throws -> [WaitingTransition] {
        teller.left.withLock { $0 = [] }
        _ = try archive().source("/runs/a.json")
        return teller.left.withLock(\.self)
    }

    @Test("is told when it is kept, and left as it was to the next server until it is over")
    func kept() async throws {
        do {
            let archive = try archive()
            let documents: [TrainingStatus] = [
                try .sample(epoch: 1, message: "a=b\nü", timestamp: Self.wall),
                try .sample(.done, epoch: 3, timestamp: Self.wall + 9),
            ]
            let monitor = try keep(documents, in: archive)
            #expect(told.map(\.transition) == [.running, .done])
            #expect(told.allSatisfy { $0.run == monitor.view.run })
            await archive.keep([.begun(id: told[0].id, number: 3, due: 99)])
        }
        #expect(
            try left() == [
                WaitingTransition(told[0], attempts: 3, due: 99), WaitingTransition(told[1]),
            ])
        await try archive().keep([.over(id: told[0].id)])
        #expect(try left() == [WaitingTransition(told[1])])
    }

    /// What a server is told that finds a source at its start, as it was not there before.
    private func toldOfNew(_ file: String, by teller: Teller?) throws -> [RunTransition] {
        let archive = try Archive(
            path: path, scope: .directory("/runs"), teller: teller,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let source = try archive.source("/runs/\(file)")
        var monitor = RunMonitor(
            (SourceName(file: file), file), staleAfter: .seconds(60), tick: .seconds(2),
            pollInterval: .seconds(2), at: .zero, wallClock: Self.wall)
        let document = try TrainingStatus.sample(.done, epoch: 3, timestamp: Self.wall)
        let events = monitor.take(
            SourceDelivery([.accepted(document)], nextWithin: .seconds(2)), at: .zero,
            wallClock: Self.wall)
        source.begin(with: events, of: monitor, at: Self.wall, isNews: false)
        archive.begun()
        archive.drain()
        defer { self.teller.told.withLock { $0 = [] } }
        return told.map(\.transition)
    }

    @Test("a source that is new since a server told of its place is news, and before that none is")
    func newSources() throws {
        #expect(try toldOfNew("a.json", by: nil) == [])
        // A server that is killed before it has kept what it began with has told nobody.
        _ = try archive()
        #expect(try toldOfNew("b.json", by: teller) == [])
        #expect(try toldOfNew("c.json", by: teller) == [.done])
        #expect(try toldOfNew("d.json", by: nil) == [])
        #expect(try toldOfNew("e.json", by: teller) == [])
    }

    @Test("is left to the next server also where its source is gone, and once")
    func gone() throws {
        _ = try keep([try .sample(epoch: 1, timestamp: Self.wall)], in: try archive())
        let next = try archive()
        try next.resumeTelling()
        #expect(teller.left.withLock(\.self) == told.map { WaitingTransition($0) })
        _ = try next.source("/runs/a.json")
        #expect(teller.left.withLock(\.count) == 1)
    }

    @Test("is told once by the server that wrote it, also when its source is found again")
    func own() throws {
        let archive = try archive()
        _ = try keep([try .sample(epoch: 1, timestamp: Self.wall)], in: archive)
        // What it knows of its tables is forgotten where writing fails.
        let other = try Database(path: path, .write, timeout: .zero)
        try other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'full'); END")
        _ = try keep([try .sample(epoch: 2, timestamp: Self.wall + 1)], in: archive)
        try archive.resumeTelling()
        _ = try archive.source("/runs/a.json")
        #expect(teller.left.withLock(\.self) == [])
    }

    @Test("goes with its run")
    func deleted() throws {
        _ = try keep([try .sample(epoch: 1, timestamp: Self.wall)], in: try archive())
        #expect(try left().count == 1)
        let (database, _) = try ArchiveFile.open(path)
        try database.execute("DELETE FROM run")
        #expect(try left() == [])
    }

    @Test("of a run that turns out to be a resume stays with the run that it is a part of")
    func joined() throws {
        let documents = try [0.0, 20, 21, 0, 15, 15.5, 16].enumerated().map {
            try TrainingStatus.sample(
                epoch: $1, of: 30, loss: 1, timestamp: Self.wall + Int64($0 < 3 ? $0 : 100 + $0))
        }
        let monitor = try keep(documents, in: try archive())
        #expect(monitor.view.attempt == 2)
        // Its own teller learns of it behind what it was told of it.
        let provisional = RunID(source: "a", started: Self.wall + 103)
        #expect(teller.joined.withLock(\.self) == [provisional: told.count])
        #expect(try left().count == told.count)
        #expect(try left().allSatisfy { $0.notice.run == monitor.view.run })
    }

    @Test("nobody waits for an archive that can't be written, and it is kept once it can")
    func failing() async throws {
        do {
            let archive = try archive()
            let other = try Database(path: path, .write, timeout: .zero)
            try other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON run BEGIN SELECT RAISE(ABORT, 'full'); END")
            _ = try keep([try .sample(epoch: 1, timestamp: Self.wall)], in: archive)
            #expect(archive.isUp == false)
            #expect(told.map(\.transition) == [.running])
            await archive.keep([.begun(id: told[0].id, number: 1, due: 5)])
            try other.execute("DROP TRIGGER full")
            archive.drain()
            #expect(archive.isUp)
        }
        #expect(try left() == [WaitingTransition(told[0], attempts: 1, due: 5)])
    }
}
