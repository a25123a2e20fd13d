import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pulse

@Suite("FileContent")
struct FileContentTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file()
    }

    /// System calls under which something happens between two reads of the file.
    ///
    /// - Parameter count: how often it happens.
    private func whileReading(
        times count: Int = .max, _ change: @escaping @Sendable () throws -> Void
    ) -> Syscalls {
        let left = Mutex(count)
        var calls = Syscalls.system
        calls.read = { descriptor, count throws(FileError) in
            let bytes = try Syscalls.system.read(descriptor, count)
            let happens = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if happens { do { try change() } catch { Issue.record(error) } }
            return bytes
        }
        return calls
    }

    @Test("is the bytes of the file and its identity")
    func content() throws {
        try overwrite(path, with: [1, 2, 3])
        let content = try FileContent(path: path, calls: .system)
        #expect(content.bytes == [1, 2, 3])
        #expect(try content.identity == Syscalls.system.stat(path).identity)
    }

    @Test("has the bytes of an empty file: none")
    func empty() throws {
        try overwrite(path, with: [])
        #expect(try FileContent(path: path, calls: .system).bytes == [])
    }

    @Test("reads on when the system gives less than asked for")
    func shortReads() throws {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        try overwrite(path, with: bytes)
        var calls = Syscalls.system
        calls.read = { descriptor, count throws(FileError) in
            try Syscalls.system.read(descriptor, min(count, 7))
        }
        #expect(try FileContent(path: path, calls: calls).bytes == bytes)
    }

    @Test(
        "reads up to the limit of a document, and nothing of a larger file",
        arguments: [65_535, 65_536, 65_537, 10_000_000])
    func size(_ size: Int) throws {
        try overwrite(path, with: [UInt8](repeating: 0x20, count: size))
        let most = Mutex(0)
        var calls = Syscalls.system
        calls.read = { descriptor, count throws(FileError) in
            most.withLock { $0 = max($0, count) }
            return try Syscalls.system.read(descriptor, count)
        }
        let content = try FileContent(path: path, calls: calls)
        #expect(content.bytes?.count == (size > 65_536 ? nil : size))
        #expect(content.identity.size == Int64(size))
        #expect(most.withLock { $0 } <= 65_537)
    }

    @Test(
        "begins again when the file grows, shrinks or is rewritten meanwhile",
        arguments: ["longer text", "x", "other"])
    func changesOnce(_ text: String) throws {
        try overwrite(path, with: Array("first".utf8))
        let path = path
        let calls = whileReading(times: 1) {
            // A moment later by any file system's clock.
            usleep(10_000)
            try overwrite(path, with: Array(text.utf8))
        }
        #expect(try FileContent(path: path, calls: calls).bytes == Array(text.utf8))
    }

    @Test("takes a file that is replaced meanwhile as it was when opened")
    func replaced() throws {
        try overwrite(path, with: Array("first".utf8))
        let path = path
        let other = directory.file("other")
        // Each time: a writer that is fast, and atomic, is no reason to give up.
        let calls = whileReading {
            try overwrite(other, with: Array("second".utf8))
            try Syscalls.system.rename(other, path)
        }
        #expect(try FileContent(path: path, calls: calls).bytes == Array("first".utf8))
    }

    @Test("gives up on a file that never stays the same")
    func changesAlways() throws {
        try overwrite(path, with: [0])
        let path = path
        let size = Mutex(1)
        let calls = whileReading {
            let longer = size.withLock { size in
                size += 1
                return size
            }
            try overwrite(path, with: [UInt8](repeating: 0, count: longer))
        }
        #expect(throws: FileError.changing) { try FileContent(path: path, calls: calls) }
    }

    @Test("closes what it opened, whichever call fails", arguments: [false, true])
    func everyCallFails(_ isPersistent: Bool) throws {
        try overwrite(path, with: [1, 2, 3])
        var failed: Set<String> = []
        for number in 1... {
            let plan = FaultPlan(EIO, from: number, isPersistent: isPersistent)
            let content = try? FileContent(path: path, calls: plan.calls())
            let record = plan.soFar
            if record.failed.isEmpty { break }
            failed.formUnion(record.failed)
            #expect(content?.bytes == (record.failed == ["close"] ? [1, 2, 3] : nil))
            #expect(record.openDescriptors.isEmpty)
        }
        #expect(failed == ["open", "fstat", "read", "close"])
    }

    @Test(
        "doesn't wait for the writer of a FIFO that took the file's place", .timeLimit(.minutes(1)))
    func fifo() {
        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.notRegular) { try FileContent(path: path, calls: .system) }
    }

    @Test("is racy when it was read within the tick in which it was written")
    func racy() throws {
        try overwrite(path, with: [1])
        let modified = try Syscalls.system.stat(path).identity.modified
        for (age, isRacy) in [(0, true), (2, true), (3, false)] {
            var calls = Syscalls.system
            calls.now = { modified + .seconds(age) }
            #expect(try FileContent(path: path, calls: calls).isRacy == isRacy)
        }
    }
}
