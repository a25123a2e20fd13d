internal import Glibc

/// The system calls of reader and writer: their one seam to the kernel, so that a test can fail any
/// of them, and a simulation be all of them.
///
/// A call that a signal interrupts is repeated here, and nowhere else.
package struct Syscalls: Sendable {
    /// What `stat` and `fstat` tell; `mode_t` is 32 bits wide on Linux.
    package struct FileStatus: Sendable {
        package var identity: FileIdentity
        var mode: UInt32

        package init(identity: FileIdentity, mode: UInt32) {
            self.identity = identity
            self.mode = mode
        }

        package var isRegular: Bool { mode & S_IFMT == S_IFREG }
        var permissions: UInt32 { mode & 0o7777 }
    }

    package var stat: @Sendable (_ path: String) throws(FileError) -> FileStatus
    package var open:
        @Sendable (_ path: String, _ flags: CInt, _ mode: UInt32) throws(FileError) -> CInt
    package var fstat: @Sendable (_ descriptor: CInt) throws(FileError) -> FileStatus
    /// At most `count` bytes; none at the end of the file.
    package var read: @Sendable (_ descriptor: CInt, _ count: Int) throws(FileError) -> [UInt8]
    /// Gives how many bytes were written: perhaps not all.
    package var write:
        @Sendable (_ descriptor: CInt, _ bytes: ArraySlice<UInt8>) throws(FileError) -> Int
    package var fchmod: @Sendable (_ descriptor: CInt, _ mode: UInt32) throws(FileError) -> Void
    package var fsync: @Sendable (_ descriptor: CInt) throws(FileError) -> Void
    package var close: @Sendable (_ descriptor: CInt) throws(FileError) -> Void
    package var readlink: @Sendable (_ path: String) throws(FileError) -> String
    package var rename: @Sendable (_ old: String, _ new: String) throws(FileError) -> Void
    package var unlink: @Sendable (_ path: String) throws(FileError) -> Void
    /// The wall clock, which the file system's times are compared with: since 1970.
    package var now: @Sendable () -> Duration
}

extension Syscalls {
    package static let system = Syscalls(
        stat: { path throws(FileError) in
            var status = Glibc.stat()
            let path = try checked(path)
            _ = try repeating { unsafe fstatat(AT_FDCWD, path, &status, 0) }
            return FileStatus(status)
        },
        open: { path, flags, mode throws(FileError) in
            let path = try checked(path)
            return try repeating { unsafe Glibc.open(path, flags, mode) }
        },
        fstat: { descriptor throws(FileError) in
            var status = Glibc.stat()
            _ = try repeating { unsafe Glibc.fstat(descriptor, &status) }
            return FileStatus(status)
        },
        read: { descriptor, count throws(FileError) in
            var bytes = [UInt8](repeating: 0, count: count)
            let length = try repeating { unsafe Glibc.read(descriptor, &bytes, count) }
            bytes.removeLast(count - length)
            return bytes
        },
        write: { descriptor, bytes throws(FileError) in
            try repeating {
                unsafe bytes.withUnsafeBytes {
                    unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
            }
        },
        fchmod: { descriptor, mode throws(FileError) in
            _ = try repeating { Glibc.fchmod(descriptor, mode) }
        },
        fsync: { descriptor throws(FileError) in _ = try repeating { Glibc.fsync(descriptor) } },
        close: { descriptor throws(FileError) in
            // Linux has closed it even when a signal came: a second call could close another's
            // descriptor.
            if Glibc.close(descriptor) < 0, errno != EINTR { throw .call(errno) }
        },
        readlink: { path throws(FileError) in
            let path = try checked(path)
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = try repeating { unsafe Glibc.readlink(path, &target, target.count) }
            let bytes = target.prefix(length).map(UInt8.init(bitPattern:))
            // A repaired name would be another file's.
            guard let link = String(validating: bytes, as: UTF8.self) else { throw .call(EILSEQ) }
            return link
        },
        rename: { old, new throws(FileError) in
            let (old, new) = (try checked(old), try checked(new))
            _ = try repeating { unsafe Glibc.rename(old, new) }
        },
        unlink: { path throws(FileError) in
            let path = try checked(path)
            _ = try repeating { unsafe Glibc.unlink(path) }
        },
        now: {
            var time = timespec()
            _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
            return Duration(time)
        }
    )

    static func linkStatus(_ path: String) throws(FileError) -> FileStatus {
        var status = Glibc.stat()
        let path = try checked(path)
        _ = try repeating { unsafe fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) }
        return FileStatus(status)
    }

    /// Repeats a call until no signal interrupts it.
    static func repeating<Result: SignedInteger>(_ call: () -> Result) throws(FileError) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            let code = errno
            if code != EINTR { throw .call(code) }
        }
    }

    /// C would take a path with a NUL for a shorter one, which is another file.
    private static func checked(_ path: String) throws(FileError) -> String {
        if path.utf8.contains(0) { throw .call(EINVAL) }
        return path
    }
}

extension Syscalls.FileStatus {
    fileprivate init(_ status: stat) {
        identity = FileIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: Duration(status.st_mtim), changed: Duration(status.st_ctim))
        mode = status.st_mode
    }
}

extension Duration {
    fileprivate init(_ time: timespec) {
        self = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
