import TestSupport
import Testing

@testable import PulseCommand

@Suite("PublicDirectory")
struct PublicDirectoryTests {
    @Test("takes the one that is asked for, through links too")
    func asked() throws {
        let directory = try TemporaryDirectory()
        #expect(try PublicDirectory.find(asked: directory.path) == directory.path)
        directory.makeLink("link", to: ".")
        let link = directory.file("link")
        #expect(try PublicDirectory.find(asked: link) == link)
    }

    @Test("never falls back when the one that is asked for is none")
    func missing() throws {
        let directory = try TemporaryDirectory()
        for path in [try directory.write("", to: "file"), directory.path + "/none", ""] {
            let error = #expect(throws: PublicDirectory.NotFound.self) {
                try PublicDirectory.find(asked: path)
            }
            #expect(error?.description == "--public-dir \(path) is not a directory")
        }
    }
}
