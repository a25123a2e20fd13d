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
        let found = follower.newLines().map { String(decoding: $0, as: UTF8.self) }
        #expect(found == lines, sourceLocation: location)
    }

    @Test("waits for a file that appears late")
    func late() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
        try append("one\ntwo\n")
        expect(&follower, ["one", "two"])
        expect(&follower, [])
        try append("three\n")
        expect(&follower, ["three"])
    }

    @Test("gives a torn line when it is whole")
    func torn() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("on")
        expect(&follower, [])
        try append("e\ntw")
        expect(&follower, ["one"])
        let rest = follower.rest()
        #expect(rest == Array("tw".utf8))
    }

    @Test("passes over what an earlier run has left: a resumed one appends")
    func resumed() throws {
        try append("old\nolder, and torn")
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
        try append("new\n")
        expect(&follower, ["new"])
    }

    @Test("starts over when the file is deleted and made anew", arguments: [true, false])
    func deleted(pollsBetween: Bool) throws {
        try append("old\n")
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try FileManager.default.removeItem(atPath: path)
        if pollsBetween { expect(&follower, []) }
        try append("a longer first line than the old file had\n")
        expect(&follower, ["a longer first line than the old file had"])
    }

    @Test("reads what came before the file was replaced, too")
    func replaced() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("one\n")
        expect(&follower, ["one"])
        try append("two\n")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try append("three\n")
        expect(&follower, ["two", "three"])
    }

    @Test("starts over when the file is cut")
    func cut() throws {
        var follower = LogFollower(path: path)
        defer { follower.close() }
        try append("one\ntwo\nthr")
        expect(&follower, ["one", "two"])
        try directory.write("new\n", to: "trainer_log.jsonl")
        expect(&follower, ["new"])
    }

    @Test("doesn't take a directory for a file")
    func notAFile() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        var follower = LogFollower(path: path)
        defer { follower.close() }
        expect(&follower, [])
    }
}

@Suite("LineBuffer")
struct LineBufferTests {
    @Test("cuts at line ends and nowhere else")
    func cuts() {
        var buffer = LineBuffer()
        var lines = buffer.append(Array("a\n\nb".utf8)[...])
        #expect(lines == [[0x61], []])
        lines = buffer.append(Array("c\n".utf8)[...])
        #expect(lines == [[0x62, 0x63]])
        let rest = buffer.rest()
        #expect(rest == [])
    }

    @Test("passes over a line without bounds")
    func tooLong() {
        var buffer = LineBuffer()
        let chunk = [UInt8](repeating: 0x61, count: LineBuffer.limit / 2)
        for _ in 0..<5 {
            let lines = buffer.append(chunk[...])
            #expect(lines == [])
        }
        let rest = buffer.rest()
        #expect(rest == [])
        let lines = buffer.append(Array("a\nb\n".utf8)[...])
        #expect(lines == [[0x62]])
    }
}
