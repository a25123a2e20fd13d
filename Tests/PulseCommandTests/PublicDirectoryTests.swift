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

    @Test("takes what holds the panel, and no other directory of that name")
    func candidates() throws {
        let directory = try TemporaryDirectory()
        let candidates = ["none", "other", "page", "panel", "installed"].map(directory.file)
        for name in ["other", "page", "panel"] { try directory.makeDirectory(name) }
        _ = try directory.write("", to: "other/app.js")
        _ = try directory.write("", to: "page/index.html")
        try directory.makeDirectory("page/training-panel.js")
        for file in ["index.html", "training-panel.js"] {
            _ = try directory.write("", to: "panel/\(file)")
        }
        #expect(PublicDirectory.first(of: candidates, onPass: { _ in }) == directory.file("panel"))
        #expect(PublicDirectory.first(of: Array(candidates[..<3]), onPass: { _ in }) == nil)
        // A file that can't be served: what is asked for says so and ends; what is found gives way.
        directory.makeLink("panel/gone.js", to: "nowhere")
        var passed: [String] = []
        #expect(PublicDirectory.first(of: candidates, onPass: { passed.append($0) }) == nil)
        #expect(passed.count == 1)
        #expect(passed.first?.contains("panel is passed over: cannot read") == true)
    }
}
