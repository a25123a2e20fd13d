import Glibc
import TestSupport
import Testing

@testable import Pulse

@Suite("DirectoryEntry")
struct DirectoryEntryTests {
    @Test("tells all entries but the directory itself and its parent, of whatever encoding")
    func entries() throws {
        let temporary = try TemporaryDirectory()
        let odd: [UInt8] = [UInt8(ascii: "a"), 0xFF]
        let path = (Array((temporary.path + "/").utf8) + odd + [0]).map { CChar(bitPattern: $0) }
        let file = open(path, O_CREAT | O_WRONLY, 0o600)
        try #require(file >= 0)
        close(file)
        #expect(mkdir(temporary.file(".hidden"), 0o700) == 0)
        var found: [DirectoryEntry] = []
        try DirectoryEntry.each(in: temporary.path) {
            found.append($0)
            return true
        }
        #expect(Set(found.map(\.name)) == [odd, Array(".hidden".utf8)])
        #expect(found.first { $0.name != odd }?.type == Int32(DT_DIR))
        #expect(Set(try DirectoryEntry.names(in: temporary.path)) == ["a\u{FFFD}", ".hidden"])
        unlink(path)
    }

    @Test("stops when it is told to")
    func stops() throws {
        var count = 0
        try DirectoryEntry.each(in: "/proc") { _ in
            count += 1
            return count < 3
        }
        #expect(count == 3)
    }

    @Test("says why a directory can't be read")
    func missing() {
        #expect(throws: FileError.call(ENOENT)) {
            try DirectoryEntry.each(in: "/no/such/directory") { _ in true }
        }
        #expect(throws: FileError.call(ENOTDIR)) {
            try DirectoryEntry.each(in: "/dev/null") { _ in true }
        }
        #expect(throws: FileError.call(ENOTDIR)) { try DirectoryEntry.names(in: "/dev/null") }
    }
}
