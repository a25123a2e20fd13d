import Foundation
import Testing

@testable import PulseCommand

@Suite("PublicDirectory")
struct PublicDirectoryTests {
    private func temporaryDirectory() throws -> URL {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("pulse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test("takes the one that is asked for, through links too")
    func asked() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(try PublicDirectory.find(asked: directory.path) == directory.path)
        let link = directory.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: ".")
        #expect(try PublicDirectory.find(asked: link) == link)
    }

    @Test("never falls back when the one that is asked for is none")
    func missing() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("file")
        try Data().write(to: file)
        for path in [file.path, directory.path + "/none", ""] {
            let fault = #expect(throws: PublicDirectory.NotFound.self) {
                try PublicDirectory.find(asked: path)
            }
            #expect(fault?.description == "--public-dir \(path) is not a directory")
        }
    }
}
