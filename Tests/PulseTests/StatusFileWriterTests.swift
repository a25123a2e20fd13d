import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pulse

@Suite("StatusFileWriter")
struct StatusFileWriterTests: StatusFileWriting {
    let directory: TemporaryDirectory
    let old: TrainingStatus
    let new: TrainingStatus

    init() throws {
        directory = try TemporaryDirectory()
        old = try .sample(epoch: 1)
        new = try .sample(epoch: 2, message: "step 311 of 372")
    }

    @Test("writes the canonical document and nothing else")
    func writes() throws {
        try write(old)
        #expect(try content() == old.document)
        try write(new)
        #expect(try content() == new.document)
        #expect(try directory.names() == ["status.json"])
    }

    @Test("puts another file in the target's place: a reader of the old one reads it to its end")
    func replaces() throws {
        try write(old)
        let reader = try #require(FileHandle(forReadingAtPath: path))
        let inode = try Syscalls.system.stat(path).identity.inode
        try write(new)
        #expect(try Syscalls.system.stat(path).identity.inode != inode)
        #expect(try reader.readToEnd() == Data(old.document.utf8))
    }

    @Test("syncs the file before the rename and the directory after it")
    func order() throws {
        let plan = FaultPlan(from: .max)
        try write(new, calls: plan.calls())
        #expect(
            plan.soFar.calls == [
                "readlink", "stat", "open", "open", "write", "fsync", "close", "rename", "fsync",
                "close",
            ])
    }

    // MARK: Failures

    /// What fails, and whether it keeps failing.
    struct Fault: Sendable {
        let code: CInt
        let isPersistent: Bool

        static let all = [EIO, ENOSPC, EROFS, EDQUOT].flatMap { code in
            [false, true].map { Fault(code: code, isPersistent: $0) }
        }
    }

    @Test("leaves the old document or the new one whichever call fails", arguments: Fault.all)
    func everyCallFails(_ fault: Fault) throws {
        try link("latest.json", to: "status.json")
        var failed: Set<String> = []
        for number in 1... {
            try write(old)
            // Other permissions than the umask leaves, so that fchmod is called too.
            try setPermissions(0o666)
            let plan = FaultPlan(fault.code, from: number, isPersistent: fault.isPersistent)
            let error = failure(to: directory.file("latest.json"), calls: plan.calls())
            let record = plan.soFar
            if record.failed.isEmpty { break }
            failed.formUnion(record.failed)

            let isReplaced = record.calls.contains("rename") && !record.failed.contains("rename")
            #expect(try content() == (isReplaced ? new : old).document, "call \(number)")
            // That the directory's descriptor doesn't close well has no meaning.
            let isDone = isReplaced && record.failed.allSatisfy { $0 == "close" }
            #expect((error == nil) == isDone, "call \(number)")
            #expect(record.openDescriptors.isEmpty, "call \(number)")
            if record.failed.contains("unlink") {
                try removeLitter()
            }
            #expect(try directory.names() == ["latest.json", "status.json"], "call \(number)")
        }
        let calls: Set = [
            "readlink", "stat", "open", "fstat", "fchmod", "write", "fsync", "close", "rename",
        ]
        #expect(failed == (fault.isPersistent ? calls.union(["unlink"]) : calls))
    }

    private func removeLitter() throws {
        for name in try directory.names() where name.hasSuffix(".tmp") {
            try FileManager.default.removeItem(atPath: directory.file(name))
        }
    }

    @Test(
        "says why, by the system's word",
        arguments: [
            (EACCES, .permissionDenied, "permission denied"),
            (EROFS, .ioError, "read-only file system"),
            (ENOSPC, .ioError, "no space left on device"),
        ] as [(CInt, PulseError.Reason, String)])
    func reasons(_ code: CInt, _ reason: PulseError.Reason, _ text: String) throws {
        try write(old)
        var calls = Syscalls.system
        calls.open = { path, flags, mode throws(FileError) in
            if flags & O_CREAT != 0 { throw .call(code) }
            return try Syscalls.system.open(path, flags, mode)
        }
        let error = failure(calls: calls)
        #expect(error?.reason == reason)
        #expect(error?.description == "\(path): \(text)")
        #expect(try content() == old.document)
        #expect(try directory.names() == ["status.json"])
    }

    @Test("writes the whole document when the system takes it in pieces")
    func shortWrites() throws {
        var calls = Syscalls.system
        calls.write = { descriptor, bytes throws(FileError) in
            try Syscalls.system.write(descriptor, bytes.prefix(7))
        }
        try write(new, calls: calls)
        #expect(try content() == new.document)
    }

    @Test("gives up when nothing is written and no reason is given")
    func noProgress() throws {
        try write(old)
        var calls = Syscalls.system
        calls.write = { _, _ throws(FileError) in 0 }
        #expect(failure(calls: calls)?.reason == .ioError)
        #expect(try content() == old.document)
        #expect(try directory.names() == ["status.json"])
    }

    @Test("refuses a state that was read, but whose canonical spelling no reader would take")
    func tooLarge() throws {
        try write(old)
        let message = String(repeating: "\u{7F}", count: 20_000)
        let status = try PulseDecoder.decode(document(message: "\"\(message)\""))
        let error = #expect(throws: PulseError.self) { try write(status) }
        #expect(error?.reason == .tooLarge)
        #expect(try content() == old.document)
        #expect(try directory.names() == ["status.json"])
    }

    // MARK: Permissions

    @Test(
        "keeps the permissions of the target",
        arguments: [0o600, 0o640, 0o664, 0o666, 0o444, 0o4755, 0] as [mode_t])
    func keepsPermissions(_ mode: mode_t) throws {
        try write(old)
        try setPermissions(mode)
        try write(new)
        #expect(try permissions() == mode)
        #expect(try content() == new.document)
    }

    @Test("gives a new file what the umask leaves")
    func newPermissions() throws {
        try overwrite(directory.file("other"), with: [])
        try write(new)
        #expect(try permissions() == permissions(of: directory.file("other")))
    }

    @Test("never shows the document to who could not read the file before")
    func neverWider() throws {
        try write(old)
        try setPermissions(0o600)
        let modes = Mutex<[mode_t]>([])
        var calls = Syscalls.system
        calls.write = { descriptor, bytes throws(FileError) in
            let mode = try Syscalls.system.fstat(descriptor).permissions
            modes.withLock { $0.append(mode) }
            return try Syscalls.system.write(descriptor, bytes)
        }
        try write(new, calls: calls)
        #expect(modes.withLock { $0 } == [0o600])
    }

    @Test("asks for no permissions that are there already: some file systems have none to give")
    func noNeedlessPermissions() throws {
        try write(old)
        var calls = Syscalls.system
        calls.fchmod = { _, _ throws(FileError) in throw .call(EPERM) }
        try write(new, calls: calls)
        #expect(try content() == new.document)
    }

    // MARK: Many at once

    @Test("shows whole documents while many write at once, and leaves no litter")
    func concurrentWriters() throws {
        try write(old)
        let path = path
        DispatchQueue.concurrentPerform(iterations: 8) { writer in
            for round in 0..<25 {
                do {
                    if writer == 0 {
                        _ = try PulseDecoder.decode(try contents(of: path))
                    } else {
                        let message = String(repeating: "\(writer)", count: 10 * round)
                        try StatusFileWriter(path: path).write(
                            TrainingStatus.sample(message: message))
                    }
                } catch {
                    Issue.record(error)
                }
            }
        }
        _ = try PulseDecoder.decode(try contents(of: path))
        #expect(try directory.names() == ["status.json"])
    }
}
