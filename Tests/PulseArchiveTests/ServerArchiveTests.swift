import Logging
import PulseMonitor
import SQLite
import TestSupport
import Testing

@testable import PulseArchive

@Suite("ServerArchive")
struct ServerArchiveTests {
    private let directory: TemporaryDirectory
    private let lines = LogLines()
    private var path: String { directory.file("pulse.db") }
    private static let name = SourceName(file: "/runs/a.json")

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func serve() throws -> ServerArchive {
        let lines = lines
        let logger = Logger(label: "test") { _ in lines.handler }
        return try ServerArchive(
            open: { [path] () throws(ArchiveError) in
                try Archive(path: path, scope: .directory("/runs"), logger: logger)
            }, logger: logger)
    }

    @Test("a source that can't be read is asked for again, and until then the archive isn't up")
    func unreadable() throws {
        let archive = try serve()
        let other = try Database(path: path, .write)
        try other.execute("ALTER TABLE source RENAME TO away")
        for _ in 0..<3 { #expect(archive.keeper(of: Self.name, label: "a.json") == nil) }
        #expect(archive.isUp == false)
        #expect(lines.all.count { $0.contains("isn't archived yet") } == 1)
        try other.execute("ALTER TABLE away RENAME TO source")
        #expect(archive.keeper(of: Self.name, label: "a.json") != nil)
        archive.begun()
        #expect(archive.isUp)
    }

    @Test("what can't be had yet keeps nobody, and what is another's is refused for good")
    func refused() throws {
        let blocked = try ServerArchive(
            open: { () throws(ArchiveError) in throw .place(path: "/a", reason: "is away") },
            logger: Logger(label: "test") { [lines] _ in lines.handler })
        #expect(blocked.isUp == false)
        #expect(blocked.keeper(of: Self.name, label: "a.json") == nil)
        #expect(lines.all.count { $0.contains("no archive: /a: is away") } == 1)
        #expect(throws: ArchiveError.foreign(path: "/a")) {
            try ServerArchive(
                open: { () throws(ArchiveError) in throw .foreign(path: "/a") },
                logger: Logger(label: "test") { [lines] _ in lines.handler })
        }
    }
}
