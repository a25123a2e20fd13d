import Glibc
import TestSupport
import Testing

@testable import Pulse

@Suite("Syscalls")
struct SyscallsTests {
    private let calls = Syscalls.system

    @Test("repeats a call that a signal interrupts")
    func interrupted() throws {
        var attempts = 0
        let result = try Syscalls.repeating { () -> CInt in
            attempts += 1
            errno = EINTR
            return attempts < 3 ? -1 : 42
        }
        #expect(result == 42)
        #expect(attempts == 3)
    }

    @Test("throws any other failure at once", arguments: [EIO, EAGAIN, ENOSPC])
    func fails(_ code: CInt) {
        var attempts = 0
        #expect(throws: FileError.call(code)) {
            try Syscalls.repeating { () -> CInt in
                attempts += 1
                errno = code
                return -1
            }
        }
        #expect(attempts == 1)
    }

    @Test("tells what stands at a path, and which")
    func stat() throws {
        let directory = try TemporaryDirectory()
        try overwrite(directory.file(), with: [1, 2, 3])
        let file = try calls.stat(directory.file())
        #expect(file.isRegular)
        #expect(file.identity.size == 3)
        #expect(file.identity.modified <= calls.now())
        #expect(file.identity.modified > calls.now() - .seconds(60))
        #expect(try !calls.stat(directory.path).isRegular)
        let descriptor = try calls.open(directory.file(), O_RDONLY, 0)
        defer { try? calls.close(descriptor) }
        #expect(try calls.fstat(descriptor).identity == file.identity)
    }

    @Test("reads what is there, and nothing at the end")
    func read() throws {
        let directory = try TemporaryDirectory()
        try overwrite(directory.file(), with: [1, 2, 3])
        let descriptor = try calls.open(directory.file(), O_RDONLY, 0)
        defer { try? calls.close(descriptor) }
        #expect(try calls.read(descriptor, 2) == [1, 2])
        #expect(try calls.read(descriptor, 2) == [3])
        #expect(try calls.read(descriptor, 2) == [])
    }

    @Test("refuses a zero byte in any path")
    func zeroInPath() {
        let path = "/tmp\0/x"
        #expect(throws: FileError.call(EINVAL)) { try calls.stat(path) }
        #expect(throws: FileError.call(EINVAL)) { try calls.open(path, O_RDONLY, 0) }
        #expect(throws: FileError.call(EINVAL)) { try calls.readlink(path) }
        #expect(throws: FileError.call(EINVAL)) { try calls.rename(path, "/tmp/x") }
        #expect(throws: FileError.call(EINVAL)) { try calls.rename("/tmp/x", path) }
        #expect(throws: FileError.call(EINVAL)) { try calls.unlink(path) }
    }

    @Test("throws the system's code for a bad descriptor")
    func badDescriptor() {
        #expect(throws: FileError.call(EBADF)) { try calls.fstat(-1) }
        #expect(throws: FileError.call(EBADF)) { try calls.read(-1, 1) }
        #expect(throws: FileError.call(EBADF)) { try calls.write(-1, [1]) }
        #expect(throws: FileError.call(EBADF)) { try calls.fsync(-1) }
        #expect(throws: FileError.call(EBADF)) { try calls.fchmod(-1, 0o600) }
        #expect(throws: FileError.call(EBADF)) { try calls.close(-1) }
    }
}
