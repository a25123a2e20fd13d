import Glibc
import TestSupport
import Testing

@testable import Pulse

@Suite("WholeFile")
struct WholeFileTests {
    @Test("gives a file's bytes, and nil when there are more than allowed")
    func limit() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("abcd", to: "file")
        #expect(try WholeFile.bytes(of: path, upTo: 4) == Array("abcd".utf8))
        #expect(try WholeFile.bytes(of: path, upTo: 3) == nil)
        #expect(try WholeFile.bytes(of: "/proc/self/mountinfo", upTo: 1 << 24)?.isEmpty == false)
    }

    @Test("throws the system's error")
    func errors() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: FileError.call(ENOENT)) {
            try WholeFile.bytes(of: directory.file("none"), upTo: 1)
        }
        #expect(throws: FileError.call(EISDIR)) {
            try WholeFile.bytes(of: directory.path, upTo: 1)
        }
    }
}
