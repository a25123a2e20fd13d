import Foundation
import TestSupport
import Testing

@testable import Pulse
@testable import PulseCommand

@Suite("DocumentInput")
struct DocumentInputTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func error(_ path: String) -> String? {
        #expect(throws: DocumentInput.ReadError.self) { try DocumentInput.read(path) }?.description
    }

    @Test("reads a file, and of a huge one no more than shows that it is too large")
    func files() throws {
        #expect(try DocumentInput.read(try directory.write("abc", to: "a")) == Array("abc".utf8))
        try directory.makeSparseFile("huge", size: 1 << 30)
        #expect(try DocumentInput.read(directory.file("huge")).count == PulseDecoder.sizeLimit + 1)
    }

    @Test("says in a few words what can't be read")
    func errors() {
        #expect(error(directory.file("none")) == "no such file or directory")
        #expect(error(directory.path) == "is a directory")
        #expect(error("/dev/null/x") == "not a directory")
    }

    @Test("waits for no pipe that nobody writes to, and for one that somebody does")
    func pipes() async throws {
        let path = directory.file("pipe")
        let isMade = unsafe mkfifo(path, 0o600) == 0
        try #require(isMade)
        #expect(error(path) == "a pipe that nobody writes to")
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
