import Foundation
import PulseMonitor
import TestSupport
import Testing

@testable import MicroHTTPD
@testable import Pulse
@testable import PulseDoctor

@Suite("FactGatherer")
struct FactGathererTests {
    private func facts(_ file: String, port: UInt16 = 0) -> Facts {
        FactGatherer(
            .statusFile(file), host: "127.0.0.1", port: port, observation: .milliseconds(1)
        ).facts()
    }

    @Test("gathers the facts of a real directory and a real file")
    func real() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file()
        let status = try TrainingStatus(
            status: .idle, epoch: 0, totalEpochs: 0, loss: 0, message: "", timestamp: 1)
        try StatusFileWriter(path: path).write(status)
        let facts = facts(path)
        #expect(facts.directory.path == directory.path)
        #expect(facts.directory.errno == 0)
        #expect(facts.directory.canEnter && facts.directory.canList)
        #expect(!facts.directory.isEmpty)
        #expect(facts.directory.inotifyErrno == 0)
        #expect(!facts.directory.fileSystem.isEmpty)
        #expect(try facts.file.content.get() == PulseEncoder.encode(status))
        #expect(facts.file.link == nil)
        #expect(facts.file.mountRoots == [])
        directory.makeLink("link.json", to: "status.json")
        #expect(self.facts(directory.file("link.json")).file.link == directory.file())
        // Also where nothing is there yet, over several links, some of them relative.
        try directory.makeDirectory("sub")
        #expect(self.facts(directory.file("sub/status.json")).directory.isEmpty)
        directory.makeLink("first", to: "sub/second")
        directory.makeLink("sub/second", to: "../later.json")
        #expect(self.facts(directory.file("first")).file.link == directory.file("later.json"))
        directory.makeLink("loop", to: "loop")
        #expect(self.facts(directory.file("loop")).file.link != nil)
        #expect(self.facts("\(path)/x").directory.errno == ENOTDIR)
        #expect(self.facts("\(directory.path)/none/x").directory.errno == ENOENT)
        #expect(throws: PulseError.self) { try self.facts(directory.path).file.content.get() }
    }

    @Test("gathers which files of a directory are runs, and why others aren't")
    func runs() throws {
        let directory = try TemporaryDirectory()
        let status = try TrainingStatus(
            status: .idle, epoch: 0, totalEpochs: 0, loss: 0, message: "", timestamp: 1)
        for name in ["a.json", "b.json", "a b.json"] {
            try StatusFileWriter(path: directory.file(name)).write(status)
        }
        try directory.makeDirectory("c")
        try StatusFileWriter(path: directory.file("c/status.json")).write(status)
        try directory.makeDirectory("a")
        try directory.write(Array("{}".utf8), to: "torn.json")
        let facts = FactGatherer(
            .runsDirectory(directory.path), host: "127.0.0.1", port: 0, observation: .zero
        ).facts()
        #expect(facts.directory.path == directory.path)
        #expect(facts.runs?.count == 3)
        #expect(
            facts.runs?.skipped.examples == [
                "a b.json": .invalidName, "a": .sameName, "torn.json": .neverValid,
            ])
        #expect(facts.runs?.hanging == [])
    }

    @Test("names the file in full")
    func relative() {
        let facts = facts("no/status.json")
        #expect(facts.statusFile == FileManager.default.currentDirectoryPath + "/no/status.json")
        #expect(facts.directory.errno == ENOENT)
    }

    @Test("knows a free port from one that somebody has who isn't Pulse")
    func port() throws {
        #expect(facts("/x").port.errno == 0)
        let taken = try ListenSockets(host: "127.0.0.1", port: 0)
        let facts = FactGatherer(
            .statusFile("/x"), host: "127.0.0.1", port: taken.port, observation: .zero
        ).address()
        #expect(facts.errno == EADDRINUSE)
        #expect(facts.server == nil)
        let nowhere = FactGatherer(
            .statusFile("/x"), host: "192.0.2.1", port: 0, observation: .zero)
        #expect(nowhere.address().errno == EADDRNOTAVAIL)
    }
}
