import TestSupport
import Foundation
import Testing

@testable import PulseServer

@Suite("StaticFiles")
struct StaticFilesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("reads a directory and those below it; hidden files stay out")
    func reads() throws {
        try directory.write("<html>", to: "index.html")
        try directory.write("x", to: "images/a.svg")
        try directory.write("secret", to: ".env")
        try directory.write("secret", to: ".git/config")
        let files = try StaticFiles(directory: directory.path).files
        #expect(files.map(\.path) == ["/images/a.svg", "/index.html"])
        #expect(files[1].content.text == "<html>")
    }

    @Test("passes over what is no file")
    func special() throws {
        #expect(unsafe mkfifo(directory.file("fifo"), 0o600) == 0)
        #expect(try StaticFiles(directory: directory.path).files.isEmpty)
    }

    @Test("a link that leads upwards is no endless walk, but an error")
    func loop() throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("up"), withDestinationPath: directory.path)
        let error = #expect(throws: StaticFiles.ReadError.self) {
            try StaticFiles(directory: directory.path)
        }
        #expect(error?.description.contains("nested too deeply") == true)
    }

    @Test("a directory that isn't there is one clear line")
    func missing() {
        let error = #expect(throws: StaticFiles.ReadError.self) {
            try StaticFiles(directory: directory.file("none"))
        }
        #expect(
            error?.description
                == "cannot read the directory \(directory.file("none")): no such file or directory")
    }

    @Test("a dangling link is an error that names it")
    func dangling() throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("a"), withDestinationPath: "none")
        let error = #expect(throws: StaticFiles.ReadError.self) {
            try StaticFiles(directory: directory.path)
        }
        #expect(error?.description.contains("/a: ") == true)
    }

    @Test(
        "types follow from the name's ending",
        arguments: [
            ("/index.html", "text/html; charset=utf-8"),
            ("/a.js", "text/javascript; charset=utf-8"),
            ("/a.css", "text/css; charset=utf-8"), ("/a.json", "application/json"),
            ("/a.svg", "image/svg+xml"),
            ("/a.d.ts", "text/plain; charset=utf-8"), ("/LICENSE", "application/octet-stream"),
        ])
    func types(path: String, type: String) {
        #expect(StaticFiles.File(path: path, content: []).contentType == type)
    }
}
