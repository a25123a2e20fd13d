import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pulse

@Suite("StatusFileReader")
struct StatusFileReaderTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let first: TrainingStatus
    private let second: TrainingStatus

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file()
        first = try .sample(epoch: 1)
        second = try .sample(epoch: 2)
    }

    private func write(_ status: TrainingStatus) throws {
        try StatusFileWriter(path: path).write(status)
    }

    /// A reader with a good state behind it.
    private func reader(calls: Syscalls = .system) throws -> StatusFileReader {
        try write(first)
        var reader = StatusFileReader(path: path, calls: calls)
        #expect(reader.read().status == first)
        return reader
    }

    @Test("accepts what is written, and nothing twice")
    func accepts() throws {
        var reader = try reader()
        #expect(reader.read().isUnchanged)
        try write(second)
        #expect(reader.read().status == second)
        #expect(reader.read().isUnchanged)
        #expect(reader.lastGood == second)
        #expect(reader.error == nil)
    }

    @Test("counts the same content written again: its writer is alive")
    func sameContent() throws {
        var reader = try reader()
        try write(first)
        #expect(reader.read().status == first)
    }

    @Test("gives a document of version 2 without a loss the run's last one, and a new run none")
    func carriesLoss() throws {
        var reader = try reader()
        let details = try RunDetails(stepsDone: 7)
        let silent = PulseDocument(second, details: details, hasLoss: false)
        try Data(PulseEncoder.encode(silent)).write(to: URL(filePath: path))
        #expect(reader.read().status == second.replacing(loss: first.loss))
        #expect(reader.lastGood?.loss == first.loss)
        let begun = PulseDocument(
            try TrainingStatus.sample(epoch: 0), details: details, hasLoss: false)
        try Data(PulseEncoder.encode(begun)).write(to: URL(filePath: path))
        #expect(reader.read().status?.loss == 0)
    }

    @Test("has no state before a file is there, and takes it when it comes")
    func comesLate() throws {
        var reader = StatusFileReader(path: path)
        #expect(reader.read().error?.reason == .missing)
        #expect(reader.lastGood == nil)
        try write(first)
        #expect(reader.read().status == first)
        #expect(reader.error == nil)
    }

    @Test("tells a missing directory from a missing file, and takes the file when it comes")
    func missingDirectory() throws {
        let folder = directory.file("not/mounted")
        var reader = StatusFileReader(path: folder + "/status.json")
        #expect(reader.read().error?.reason == .missing)
        #expect(reader.error?.description == "status.json: its directory does not exist")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        _ = reader.read()
        #expect(reader.error?.description == "status.json: no such file or directory")
        try StatusFileWriter(path: folder + "/status.json").write(first)
        #expect(reader.read().status == first)
    }

    // MARK: The fault catalogue

    @Test(
        "keeps the last good state whatever takes the file's place, and recovers by itself",
        .timeLimit(.minutes(1)), arguments: FileFault.allCases)
    func faults(_ fault: FileFault) throws {
        var reader = try reader()
        try FileManager.default.removeItem(atPath: path)
        try fault.put(at: path)
        #expect(reader.read().error?.reason == fault.reason)
        for _ in 0..<20 {
            _ = reader.read()
            #expect(reader.lastGood == first)
            #expect(reader.error?.reason == fault.reason)
        }
        if fault != .missing { try FileManager.default.removeItem(atPath: path) }
        try write(second)
        #expect(reader.read().status == second)
        #expect(reader.error == nil)
    }

    @Test(
        "has nothing to serve of a file that was never valid, but says why",
        arguments: FileFault.allCases)
    func neverValid(_ fault: FileFault) throws {
        try fault.put(at: path)
        var reader = StatusFileReader(path: path)
        #expect(reader.read().error?.reason == fault.reason)
        #expect(reader.lastGood == nil)
    }

    @Test("names the file in its errors, but not where it is")
    func errorText() {
        var reader = StatusFileReader(path: directory.file("secret-project.json"))
        #expect(
            reader.read().error?.description == "secret-project.json: no such file or directory")
    }

    @Test(
        "keeps the last good state when the system refuses, by any call",
        arguments: [EACCES, EIO, EMFILE, ENOMEM, ESTALE])
    func refusals(_ code: CInt) throws {
        for number in 1... {
            let fault = Mutex<FaultPlan?>(nil)
            var calls = Syscalls.system
            calls.stat = { path throws(FileError) in
                try (fault.withLock { $0 }?.calls() ?? .system).stat(path)
            }
            calls.open = { path, flags, mode throws(FileError) in
                try (fault.withLock { $0 }?.calls() ?? .system).open(path, flags, mode)
            }
            calls.fstat = { descriptor throws(FileError) in
                try (fault.withLock { $0 }?.calls() ?? .system).fstat(descriptor)
            }
            calls.read = { descriptor, count throws(FileError) in
                try (fault.withLock { $0 }?.calls() ?? .system).read(descriptor, count)
            }
            var reader = try reader(calls: calls)
            try write(second)
            let plan = FaultPlan(code, from: number)
            fault.withLock { $0 = plan }
            let outcome = reader.read()
            fault.withLock { $0 = nil }
            if plan.soFar.failed.isEmpty { break }
            #expect(outcome.error?.reason == (code == EACCES ? .permissionDenied : .ioError))
            #expect(reader.lastGood == first)
            #expect(reader.read().status == second)
        }
    }

    @Test("reports permission denied, and takes the same file as an update when it may read again")
    func permissionDenied() throws {
        let isAllowed = Mutex(true)
        var calls = Syscalls.system
        calls.open = { path, flags, mode throws(FileError) in
            guard isAllowed.withLock({ $0 }) else { throw .call(EACCES) }
            return try Syscalls.system.open(path, flags, mode)
        }
        var reader = try reader(calls: calls)
        try write(second)
        isAllowed.withLock { $0 = false }
        #expect(reader.read().error?.reason == .permissionDenied)
        isAllowed.withLock { $0 = true }
        #expect(reader.read().status == second)
    }

    @Test("judges an invalid file once, until it changes")
    func judgesOnce() throws {
        var reader = try reader()
        try overwrite(path, with: document(loss: "NaN"))
        #expect(reader.read().error != nil)
        #expect(reader.read().isUnchanged)
        #expect(reader.error?.reason == .notFinite)
        #expect(reader.error?.field == .loss)
    }

    // MARK: What is noticed

    @Test("notices another file of the same size and time")
    func sameSizeAndTime() throws {
        var reader = try reader()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        try write(second)
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(attributes[.modificationDate])], ofItemAtPath: path)
        #expect(second.document.utf8.count == first.document.utf8.count)
        #expect(reader.read().status == second)
    }

    /// System calls on a file system that shows no change, at a time that can be set.
    private func blind(_ now: @escaping @Sendable () -> Duration) throws -> (Syscalls, FaultPlan) {
        let frozen = FileIdentity(
            device: 1, inode: 1, size: Int64(first.document.utf8.count), modified: .seconds(1_000),
            changed: .seconds(1_000))
        let plan = FaultPlan(from: .max)
        var calls = plan.calls()
        let (stat, fstat) = (calls.stat, calls.fstat)
        calls.stat = { path throws(FileError) in
            var status = try stat(path)
            status.identity = frozen
            return status
        }
        calls.fstat = { descriptor throws(FileError) in
            var status = try fstat(descriptor)
            status.identity = frozen
            return status
        }
        calls.now = now
        return (calls, plan)
    }

    @Test("reads again what could have changed within a tick of the file system's clock")
    func racy() throws {
        let (calls, _) = try blind { .seconds(1_001) }
        var reader = try reader(calls: calls)
        try overwrite(path, with: Array(second.document.utf8))
        #expect(reader.read().status == second)
        #expect(reader.read().isUnchanged)
    }

    @Test("trusts what was read after the tick, and opens it now and then all the same")
    func forcedReading() throws {
        let (calls, plan) = try blind { .seconds(1_003) }
        var reader = try reader(calls: calls)
        try overwrite(path, with: Array(second.document.utf8))
        var polls = 1
        while reader.read().isUnchanged, polls < 100 { polls += 1 }
        #expect(polls == 5)
        #expect(reader.lastGood == second)
        #expect(plan.soFar.calls.count { $0 == "open" } == 2)
    }

    @Test("costs one call when nothing has changed")
    func cheap() throws {
        let plan = FaultPlan(from: .max)
        var calls = plan.calls()
        calls.now = { .seconds(Int64.max) }
        var reader = try reader(calls: calls)
        let before = plan.soFar.calls.count
        for _ in 0..<4 { #expect(reader.read().isUnchanged) }
        #expect(plan.soFar.calls.dropFirst(before) == ["stat", "stat", "stat", "stat"])
    }

    @Test("costs hardly more than one call while nothing is there", arguments: [true, false])
    func cheapAbsence(_ hasDirectory: Bool) throws {
        let plan = FaultPlan(from: .max)
        let path = directory.file(hasDirectory ? "none.json" : "not/mounted/status.json")
        var reader = StatusFileReader(path: path, calls: plan.calls())
        _ = reader.read()
        let before = plan.soFar.calls.count
        for _ in 0..<100 { #expect(reader.read().error?.reason == .missing) }
        let asked = plan.soFar.calls.dropFirst(before)
        #expect(asked.allSatisfy { $0 == "stat" })
        #expect(asked.count == (hasDirectory ? 120 : 100))
    }

    @Test("says that the directory is gone as well, within five polls")
    func directoryGoes() throws {
        let folder = directory.file("mount")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var reader = StatusFileReader(path: folder + "/status.json")
        _ = reader.read()
        #expect(reader.error?.description == "status.json: no such file or directory")
        try FileManager.default.removeItem(atPath: folder)
        for _ in 0..<5 { _ = reader.read() }
        #expect(reader.error?.description == "status.json: its directory does not exist")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        _ = reader.read()
        #expect(reader.error?.description == "status.json: no such file or directory")
    }

    @Test("sees whole documents only, while a writer replaces the file a thousand times")
    func replacements() throws {
        var reader = try reader()
        let count = 1_000
        var calls = Syscalls.system
        // The disk takes longer than all the rest, and a reader sees nothing of it.
        calls.fsync = { _ in }
        let writer = StatusFileWriter(path: path, calls: calls)
        let isDone = Mutex(false)
        DispatchQueue(label: "writer").async {
            for round in 1...count {
                do {
                    let message = String(repeating: "m", count: round % 97)
                    try writer.write(
                        TrainingStatus.sample(epoch: Double(round), of: 1_000, message: message))
                } catch {
                    Issue.record(error)
                }
            }
            isDone.withLock { $0 = true }
        }
        var epoch = 1.0
        while !isDone.withLock({ $0 }) {
            if let status = reader.read().status {
                let isNewer =
                    status.epoch >= epoch && status.message.utf8.count == Int(status.epoch) % 97
                if !isNewer && status.epoch != 1 { Issue.record("\(status)") }
                epoch = status.epoch
            }
            if let error = reader.error { Issue.record(error) }
        }
        _ = reader.read()
        #expect(reader.lastGood?.epoch == Double(count))
    }
}

extension StatusFileReader.Outcome {
    fileprivate var status: TrainingStatus? {
        if case .accepted(let status) = self { status } else { nil }
    }

    fileprivate var error: PulseError? {
        if case .rejected(let error) = self { error } else { nil }
    }

    fileprivate var isUnchanged: Bool {
        if case .unchanged = self { true } else { false }
    }
}
