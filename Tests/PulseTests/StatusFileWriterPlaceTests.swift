import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pulse

@Suite("The place where StatusFileWriter writes")
struct StatusFileWriterPlaceTests: StatusFileWriting {
    let directory: TemporaryDirectory
    let old: TrainingStatus
    let new: TrainingStatus

    init() throws {
        directory = try TemporaryDirectory()
        old = try .sample(epoch: 1)
        new = try .sample(epoch: 2, message: "step 311 of 372")
    }

    @Test(
        "replaces what a symbolic link means, and leaves the link",
        arguments: ["status.json", "./status.json", "absolute", "chain"])
    func links(_ target: String) throws {
        try write(old)
        try link("chain", to: "status.json")
        try link("latest.json", to: target == "absolute" ? path : target)
        try write(new, to: directory.file("latest.json"))
        #expect(try content() == new.document)
        let kind =
            try FileManager.default
            .attributesOfItem(atPath: directory.file("latest.json"))[.type] as? FileAttributeType
        #expect(kind == .typeSymbolicLink)
    }

    @Test("follows a link into another directory, and writes its temporary file there")
    func linkElsewhere() throws {
        let elsewhere = try TemporaryDirectory()
        try link("latest.json", to: elsewhere.file())
        try write(new, to: directory.file("latest.json"))
        #expect(try content(of: elsewhere.file()) == new.document)
        #expect(try elsewhere.names() == ["status.json"])
        #expect(try directory.names() == ["latest.json"])
    }

    @Test("makes the file that a dangling link names")
    func danglingLink() throws {
        try link("latest.json", to: "status.json")
        try write(new, to: directory.file("latest.json"))
        #expect(try content() == new.document)
    }

    @Test("gives up on a loop of links")
    func linkLoop() throws {
        try link("a", to: "b")
        try link("b", to: "a")
        let error = failure(to: directory.file("a"))
        #expect(error?.description.hasSuffix("too many levels of symbolic links") == true)
        #expect(try directory.names() == ["a", "b"])
    }

    @Test("refuses a link whose name is not UTF-8, rather than write to another file")
    func linkNotUTF8() throws {
        let target: [CChar] = [-1, 0x61, 0]
        #expect(unsafe symlink(target, directory.file("latest.json")) == 0)
        #expect(failure(to: directory.file("latest.json"))?.reason == .ioError)
        #expect(try directory.names() == ["latest.json"])
    }

    @Test("replaces no directory and no FIFO", arguments: ["directory", "fifo"])
    func notRegular(_ kind: String) throws {
        if kind == "fifo" {
            #expect(unsafe mkfifo(path, 0o600) == 0)
        } else {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        }
        #expect(failure()?.reason == .notRegular)
        #expect(try directory.names() == ["status.json"])
    }

    @Test("fails where there is no such directory", arguments: ["no/status.json", "no/", ""])
    func noDirectory(_ name: String) throws {
        #expect(failure(to: name.isEmpty ? "" : directory.file(name)) != nil)
        #expect(try directory.names().isEmpty)
    }

    @Test("takes no path with a zero byte for a shorter one")
    func zeroInPath() throws {
        try write(old)
        #expect(failure(to: path + "\0.bak")?.reason == .ioError)
        #expect(try content() == old.document)
    }

    @Test("writes a file whose name is as long as a name can be, and none that is longer")
    func longNames() throws {
        let longest = String(repeating: "n", count: 255)
        try write(new, to: directory.file(longest))
        #expect(try content(of: directory.file(longest)) == new.document)
        #expect(failure(to: directory.file(longest + "n"))?.reason == .ioError)
        #expect(try directory.names() == [longest])
    }

    @Test("writes beside a path without a directory")
    func bareName() {
        let opened = Mutex<[String]>([])
        var calls = Syscalls.system
        calls.open = { path, _, _ throws(FileError) in
            opened.withLock { $0.append(path) }
            throw .call(EACCES)
        }
        #expect(failure(to: "no-such-file.json", calls: calls) != nil)
        let paths = opened.withLock { $0 }
        #expect(paths.first == ".")
        #expect(paths.last?.hasPrefix("./.pulse-") == true)
    }

    @Test("writes in a directory that it can't open, though it can't sync it")
    func unreadableDirectory() throws {
        var calls = Syscalls.system
        calls.open = { path, flags, mode throws(FileError) in
            if flags & O_DIRECTORY != 0 { throw .call(EACCES) }
            return try Syscalls.system.open(path, flags, mode)
        }
        try write(new, calls: calls)
        #expect(try content() == new.document)
    }

    @Test("writes on a file system that syncs no directories")
    func noDirectorySync() throws {
        let syncs = Mutex(0)
        var calls = Syscalls.system
        calls.fsync = { descriptor throws(FileError) in
            let isDirectory = syncs.withLock { count in
                count += 1
                return count == 2
            }
            if isDirectory { throw .call(EINVAL) }
            try Syscalls.system.fsync(descriptor)
        }
        try write(new, calls: calls)
        #expect(try content() == new.document)
    }
}
