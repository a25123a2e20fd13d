internal import Glibc
internal import Pulse
internal import SQLite

/// How an archive is, for whoever looks for what is wrong: nothing of it is changed.
public struct ArchiveCondition: Sendable, Equatable {
    /// Its path.
    public let path: String
    /// Why it can't be used; nil when it can.
    public private(set) var refusal: ArchiveError?
    /// Whether there is a file.
    public private(set) var isThere = false
    /// Bytes of the file, and of what waits beside it.
    public private(set) var size: Int64 = 0
    /// Bytes that this user may still write on its file system; nil where its directory isn't there.
    public private(set) var free: Int64?
    /// What is damaged, in SQLite's words; nil when nothing is.
    public private(set) var damage: String?
    /// Whether it is on a file system where two servers can't share it.
    public private(set) var isOnNetwork = false
    /// Processes that have it open, as far as this user may see them.
    public private(set) var writers: [Int32] = []

    /// Examines an archive; that reads all of it.
    public init(path: String) {
        self.path = path
        var status = stat()
        isThere = unsafe stat(path, &status) == 0
        let directory = SplitPath(path).directory
        isOnNetwork = FileSystemKind.isNetwork(isThere ? path : directory)
        var system = statvfs()
        if unsafe statvfs(isThere ? path : directory, &system) == 0 {
            free = Int64(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize))
        }
        guard isThere else { return }
        for file in [path, path + "-wal"] {
            if unsafe stat(file, &status) == 0 { size += Int64(status.st_size) }
        }
        writers = Self.processes(holding: path + ".lock")
        do throws(ArchiveError) {
            let database = try ArchiveFile.openExisting(path, .read)
            do throws(SQLiteError) {
                let words = try database.first("PRAGMA quick_check(1)") { $0.text(0) }
                damage = words == "ok" ? nil : words ?? "nothing can be read"
            } catch  where error.kind == .broken {
                damage = error.message
            } catch {
                refusal = .database(path: path, error)
            }
        } catch {
            refusal = error
        }
    }

    /// Locks of an open file description name no process (fcntl(2)): who has the file open has them.
    private static func processes(holding path: String) -> [Int32] {
        guard let real = unsafe realpath(path, nil) else { return [] }
        defer { unsafe Glibc.free(real) }
        let target = unsafe String(cString: real)
        return ((try? DirectoryEntry.names(in: "/proc")) ?? []).compactMap { Int32($0) }.filter {
            process in
            let folder = "/proc/\(process)/fd"
            return ((try? DirectoryEntry.names(in: folder)) ?? []).contains {
                (try? Syscalls.system.readlink(folder + "/" + $0)) == target
            }
        }.sorted()
    }
}
