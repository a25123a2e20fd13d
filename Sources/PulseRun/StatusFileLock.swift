internal import Glibc
internal import Pulse
internal import Synchronization

/// Another `pulse run` has the status file.
package struct StatusFileInUse: Error, Hashable, Sendable {
    /// The status file's path.
    package let path: String
    /// What holds it, such as `process 1234 on gpu-2`; nil when that can't be known.
    package let holder: String?
    /// What the other one can be given.
    package let remedy: Remedy

    /// By which option a run gets a place of its own.
    package enum Remedy: String, Sendable {
        case file = "a file of its own with --status-file"
        case name = "a name of its own with --name"
    }

    /// What is wrong, and what to do.
    package var description: String {
        let holder = holder.map { " (\($0))" } ?? ""
        return
            "\(path) is in use by another pulse run\(holder): wait for its end, or give this one "
            + remedy.rawValue
    }
}

/// Keeps two `pulse run` from overwriting each other's status.
///
/// A lock (flock(2)) on the file `.NAME.lock` beside the status file, which itself can't be locked:
/// each write replaces it. The kernel releases the lock with the process, however that ends. The
/// file is removed at a normal end; one that a crash leaves behind holds nobody up. Its name is no
/// status file's, and its text says who has it.
final class StatusFileLock: Sendable {
    private let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock.
    ///
    /// Nil where there is none to be had: the file system has no locks, or the directory can't be
    /// written to, which the first write of the status will report.
    init?(statusFile: String, remedy: StatusFileInUse.Remedy) throws(StatusFileInUse) {
        let target = Self.resolved(statusFile)
        let place = SplitPath(target)
        path = "\(place.directory)/.\(place.name).lock"
        while true {
            guard let file = Self.open(path) else { return nil }
            guard Self.hold(file) else {
                let (reason, holder) = (errno, Self.holder(of: file))
                close(file)
                guard reason == EWOULDBLOCK else { return nil }
                throw StatusFileInUse(path: statusFile, holder: holder, remedy: remedy)
            }
            guard Self.isSame(file, path) else {
                // Its holder removed it between our opening and locking it.
                close(file)
                continue
            }
            Self.write("\(getpid()) \(Self.host)\n", to: file)
            descriptor = Mutex(file)
            return
        }
    }

    /// Gives the status file free; does nothing the second time.
    func release() {
        descriptor.withLock { descriptor in
            guard let file = descriptor else { return }
            // While it is held: the next one's must not be removed.
            _ = unsafe unlink(path)
            close(file)
            descriptor = nil
        }
    }

    /// The path behind symbolic links: what the writer replaces.
    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    private static func open(_ path: String) -> Int32? {
        let flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let file = unsafe Glibc.open(path, O_RDWR | O_CREAT | flags, 0o644)
        if file >= 0 { return file }
        // Another user's can be locked all the same.
        let readable = unsafe Glibc.open(path, O_RDONLY | flags)
        return readable >= 0 ? readable : nil
    }

    private static func hold(_ file: Int32) -> Bool {
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    private static func isSame(_ file: Int32, _ path: String) -> Bool {
        var (opened, now) = (stat(), stat())
        return unsafe fstat(file, &opened) == 0 && lstat(path, &now) == 0
            && opened.st_ino == now.st_ino && opened.st_dev == now.st_dev
    }

    private static func write(_ text: String, to file: Int32) {
        let bytes = Array(text.utf8)
        _ = ftruncate(file, 0)
        _ = unsafe pwrite(file, bytes, bytes.count, 0)
    }

    /// Reads `PID HOST`; nil when it isn't that.
    private static func holder(of file: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe pread(file, &bytes, bytes.count, 0)
        let words = bytes.prefix(max(count, 0)).split(whereSeparator: { $0 <= 0x20 })
            .map { String(decoding: $0, as: UTF8.self) }
        guard let id = words.first.flatMap({ pid_t($0) }) else { return nil }
        let isElsewhere = words.count > 1 && words[1] != host
        return isElsewhere ? "process \(id) on \(words[1])" : "process \(id)"
    }

    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
