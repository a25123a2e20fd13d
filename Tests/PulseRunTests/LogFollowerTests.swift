import TestSupport
import Foundation
import Testing

@testable import PulseRun

@Suite("LogFollower")
struct LogFollowerTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("trainer_log.jsonl")
    }

    /// In the place of a beginning.
    private static let beginning = "(a new file)"

    private func append(_ text: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            try directory.write("", to: "trainer_log.jsonl")
        }
        let file = try #require(FileHandle(forWritingAtPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
    }

    private func expect(
        _ follower: inout LogFollower, _ lines: [String],
        at location: SourceLocation = #_sourceLocation
    ) {
        let found = follower.newPieces().map { piece in
            switch piece {
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .beginning: Self.beginning
            }
        }
        #expect(found == lines, sourceLocation: location)
    }

    @Test("waits for a file that appears late")
    func late() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
        try append("one\ntwo\n")
        expect(&follower, ["one\ntwo\n"])
        expect(&follower, [])
        try append("three\n")
        expect(&follower, ["three\n"])
    }

    @Test("starts over when the file is written anew in place, however long it is")
    func rewritten() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("a,b\n1,2\n")
        expect(&follower, ["a,b\n1,2\n"])
        try directory.write("a,b,c\n1,2,\n3,4,5\n", to: "trainer_log.jsonl")
        expect(&follower, [Self.beginning, "a,b,c\n1,2,\n3,4,5\n"])
    }

    @Test("reads a huge file in bounded pieces")
    func huge() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("x")
        expect(&follower, ["x"])
        let file = try #require(FileHandle(forWritingAtPath: path))
        // Sparse: two gigabytes that take no room.
        try file.truncate(atOffset: 2 << 30)
        try file.close()
        let pieces = follower.newPieces()
        #expect(pieces.count == 64)
    }

    @Test("passes over what an earlier run has left: a resumed one appends")
    func resumed() throws {
        try append("old\nolder, and torn")
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
        try append("new\n")
        expect(&follower, ["new\n"])
    }

    @Test("starts over when the file is deleted and made anew", arguments: [true, false])
    func deleted(pollsBetween: Bool) throws {
        try append("old\n")
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try FileManager.default.removeItem(atPath: path)
        if pollsBetween { expect(&follower, []) }
        try append("a longer first line than the old file had\n")
        expect(&follower, [Self.beginning, "a longer first line than the old file had\n"])
    }

    @Test("reads what came before the file was replaced, too")
    func replaced() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("one\n")
        expect(&follower, ["one\n"])
        try append("two\n")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try append("three\n")
        expect(&follower, ["two\n", Self.beginning, "three\n"])
    }

    @Test("starts over when the file is cut")
    func cut() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("one\ntwo\nthr")
        expect(&follower, ["one\ntwo\nthr"])
        try directory.write("new\n", to: "trainer_log.jsonl")
        expect(&follower, [Self.beginning, "new\n"])
    }

    @Test("doesn't take a directory for a file")
    func notAFile() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
    }
}
