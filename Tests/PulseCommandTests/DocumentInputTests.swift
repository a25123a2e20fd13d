import Foundation
import Testing

@testable import Pulse
@testable import PulseCommand

@Suite("DocumentInput")
struct DocumentInputTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("pulse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func file(_ name: String) -> String { directory.appendingPathComponent(name).path }

    private func fault(_ path: String) -> String? {
        #expect(throws: DocumentInput.Fault.self) { try DocumentInput.read(path) }?.description
    }

    @Test("reads a file, and of a huge one no more than shows that it is too large")
    func files() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("abc".utf8).write(to: URL(fileURLWithPath: file("a")))
        #expect(try DocumentInput.read(file("a")) == Array("abc".utf8))
        try Data().write(to: URL(fileURLWithPath: file("huge")))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file("huge")))
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        #expect(try DocumentInput.read(file("huge")).count == PulseDecoder.sizeLimit + 1)
    }

    @Test("says in a few words what can't be read")
    func faults() {
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(fault(file("none")) == "no such file or directory")
        #expect(fault(directory.path) == "is a directory")
        #expect(fault("/dev/null/x") == "not a directory")
    }

    @Test("waits for no pipe that nobody writes to, and for one that somebody does")
    func pipes() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = file("pipe")
        let isMade = unsafe mkfifo(path, 0o600) == 0
        try #require(isMade)
        #expect(fault(path) == "a pipe that nobody writes to")
        // Both ends held open: a reader that came now would wait.
        let held = unsafe open(path, O_RDWR | O_CLOEXEC)
        let reading = Task.detached { try DocumentInput.read(path) }
        // One beyond the limit, so that the reader ends before the writer does.
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: PulseDecoder.sizeLimit + 1)
        Thread.detachNewThread { _ = unsafe write(held, text, text.count) }
        #expect(try await reading.value == text)
        close(held)
    }
}
