import Glibc
import TestSupport
import Testing

@testable import PulseServer

@Suite("SettingsFile")
struct SettingsFileTests {
    @Test("says of what can't be read why, and where")
    func failures() throws {
        let directory = try TemporaryDirectory()
        let none = directory.file("none")
        let missing = #expect(throws: ServerError.self) { try SettingsFile(path: none).content() }
        #expect(missing?.description == "cannot read \(none): no such file or directory")
        let path = directory.path
        let folder = #expect(throws: ServerError.self) { try SettingsFile(path: path).content() }
        #expect(folder?.description == "cannot read \(path): is a directory")
        let large = try directory.write(String(repeating: "x", count: (1 << 20) + 1), to: "large")
        let over = #expect(throws: ServerError.self) { try SettingsFile(path: large).content() }
        #expect(over?.description == "\(large) is over 1 MiB")
    }

    @Test("waits for no pipe that has taken the file's place")
    func pipe() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let file = SettingsFile(path: path)
        #expect(!file.isRegular)
        let error = #expect(throws: ServerError.self) { try file.contentNow() }
        #expect(error?.description == "cannot read \(path): not a regular file")
    }
}
