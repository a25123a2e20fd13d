import Logging
import Pulse
import PulseMonitor
import SQLite
import TestSupport
import Testing

@testable import PulseArchive

@Suite("ArchivedRetention")
struct ArchivedRetentionTests {
    @Test("many runs that aren't to be kept go a portion at a time, the oldest first")
    func portions() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pulse.db")
        var retention = Retention()
        retention.runs = 5
        let archive = try Archive(
            path: path, scope: .directory("/runs"), retention: retention,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // As a server with a larger limit has left them.
        let database = try ArchiveFile.openExisting(path)
        try database.execute(
            """
            INSERT INTO source(id, address) VALUES (1, '/runs/a.json');
            WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step LIMIT 450)
            INSERT INTO run(
                source, name, started, ordinal, attempt, ending, ended, updated, document)
            SELECT 1, 'a', n, 1, 1, 'done', n, n,
                '{"status":"done","epoch":1.0,"total_epochs":1.0,"loss":0.5,"message":"","timestamp":1}'
            FROM step;
            INSERT INTO point SELECT id, 0, 1, NULL, 1, 1, 0.5, NULL FROM run;
            """)
        func count() throws -> Int64? {
            try database.first("SELECT count(*) FROM run") { $0.integer(0) }
        }
        let source = try archive.source("/runs/a.json")
        var monitor = RunMonitor(
            (SourceName(file: "/runs/a.json"), "a.json"), staleAfter: .seconds(60),
            tick: .seconds(2), pollInterval: .seconds(2), at: .zero, wallClock: 1_000)
        let delivery = SourceDelivery(
            [.accepted(try TrainingStatus.sample(epoch: 1))], nextWithin: .seconds(2))
        let events = monitor.take(delivery, at: .zero, wallClock: 1_000)
        source.keep(events, of: monitor, at: 1_000)
        archive.drain()
        // What is new is there before all of the old ones are gone.
        #expect(try database.first("SELECT 1 FROM run WHERE started = 1000") { _ in 1 } == 1)
        let left = try #require(try count())
        #expect(left > 6 && left < 451)
        for _ in 0..<10 { archive.drain() }
        let kept = try database.all("SELECT started FROM run ORDER BY started") { $0.integer(0) }
        #expect(kept == [446, 447, 448, 449, 450, 1_000])
        #expect(try database.first("SELECT count(*) FROM point") { $0.integer(0) } == 6)
    }
}
