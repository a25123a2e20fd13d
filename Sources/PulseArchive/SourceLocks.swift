internal import Glibc

/// Says which server writes which source: one file beside the archive, with one byte for each source.
///
/// Locks of the open file description (fcntl(2), `F_OFD_SETLK`): the kernel gives them back when the
/// server ends, however it does.
final class SourceLocks: Sendable {
    private let descriptor: Int32
    /// `F_OFD_SETLK` and `F_OFD_GETLK` of fcntl.h, which Glibc's module leaves out.
    private static let setLock: Int32 = 37
    private static let getLock: Int32 = 36

    private static func lock(_ source: Int64) -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = Int(source)
        lock.l_len = 1
        return lock
    }

    /// - Throws: ``ArchiveError``.
    init(beside path: String) throws(ArchiveError) {
        let lockPath = path + ".lock"
        descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .place(path: lockPath, reason: unsafe String(cString: strerror(errno)))
        }
    }

    deinit {
        close(descriptor)
    }

    /// Whether a server writes the source.
    func isTaken(_ source: Int64) -> Bool {
        var lock = Self.lock(source)
        return unsafe fcntl(descriptor, Self.getLock, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    /// Whether this server is the one that writes the source from here on.
    func take(_ source: Int64) -> Bool {
        var lock = Self.lock(source)
        return unsafe fcntl(descriptor, Self.setLock, &lock) == 0
    }
}
