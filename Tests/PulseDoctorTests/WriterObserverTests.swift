import Foundation
import TestSupport
import Testing

@testable import Pulse
@testable import PulseDoctor

@Suite("WriterObserver")
struct WriterObserverTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func status(_ epoch: Double) throws -> TrainingStatus {
        try TrainingStatus(
            status: .running, epoch: epoch, totalEpochs: 9, loss: 0, message: "", timestamp: 1)
    }

    @Test("sees every replacement, however the file system gives out inodes")
    func replacements() throws {
        let path = directory.file()
        try StatusFileWriter(path: path).write(try status(0))
        var observer = WriterObserver(path: path)
        observer.poll()
        #expect(observer.writes == WriteFacts())
        for epoch in 1...50 {
            // Two between two polls: the second often gets the inode that the first gave back.
            try StatusFileWriter(path: path).write(try status(Double(epoch)))
            try StatusFileWriter(path: path).write(try status(Double(epoch) + 0.5))
            observer.poll()
        }
        #expect(observer.writes.replacements == 50)
        #expect(observer.writes.changesInPlace == 0)
    }

    @Test("sees that the same file got another content")
    func inPlace() throws {
        let path = try directory.write("a", to: "status.json")
        var observer = WriterObserver(path: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: Data("abc".utf8))
        observer.poll()
        observer.poll()
        #expect(observer.writes.changesInPlace == 1)
        #expect(observer.writes.replacements == 0)
        try handle.close()
    }

    @Test("sees that a replacement takes the file away from its readers")
    func modes() throws {
        let path = try directory.write("a", to: "status.json")
        #expect(unsafe chmod(path, 0o644) == 0)
        var observer = WriterObserver(path: path)
        let replace = { (mode: mode_t) in
            let temporary = try directory.write("b", to: "new")
            #expect(unsafe chmod(temporary, mode) == 0)
            directory.rename("new", to: "status.json")
        }
        try replace(0o640)
        observer.poll()
        #expect(observer.writes.losesReaders == false)
        try replace(0o600)
        observer.poll()
        #expect(observer.writes.replacements == 2)
        #expect(observer.writes.losesReaders)
    }

    @Test("waits for a file that isn't there, and does not count its first")
    func missing() throws {
        let path = directory.file()
        var observer = WriterObserver(path: path)
        observer.poll()
        try StatusFileWriter(path: path).write(try status(0))
        observer.poll()
        directory.remove("status.json")
        observer.poll()
        #expect(observer.writes == WriteFacts())
        try StatusFileWriter(path: path).write(try status(1))
        observer.poll()
        #expect(observer.writes.replacements == 1)
    }

    @Test("waits for no pipe")
    func pipe() throws {
        let path = directory.file()
        let isMade = unsafe mkfifo(path, 0o600) == 0
        try #require(isMade)
        var observer = WriterObserver(path: path)
        observer.poll()
        #expect(observer.writes == WriteFacts())
    }
}
