internal import Glibc
internal import Pulse

/// Finds the logs that a command writes.
///
/// In two places: the working directory and the folders that the user named, for names that trainers
/// give; and beside the files that the command's processes have open for writing, wherever those
/// are. What was there before the command belongs to an earlier run, up to its size then.
struct LogSearch: Sendable {
    /// A file, and where what this command has written begins.
    struct Finding: Hashable, Sendable {
        var path: String
        var offset: Int64
    }

    private let directories: [String]
    private let start: Double
    /// The sizes of the logs that were there at the start.
    private let before: [String: Int64]

    /// Names that trainers give to a table which they don't keep open.
    private static let tables: Set<String> = ["metrics.csv", "results.csv"]

    /// - Parameters:
    ///   - directories: where to look by name.
    ///   - start: unix seconds.
    init(directories: [String], since start: Double) {
        self.directories = directories
        self.start = start
        before = Dictionary(
            directories.flatMap { DirectoryWalk.files(below: $0) }.filter(Self.isLog)
                .map { ($0, Self.status(of: $0)?.size ?? 0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The logs that were written since the start, the newest first.
    ///
    /// - Parameter command: the command's process; nil to look by name only.
    func find(writtenBy command: pid_t?) -> [Finding] {
        var paths = Set(directories.flatMap { DirectoryWalk.files(below: $0) }.filter(Self.isLog))
        for path in command.map(OpenFiles.writtenBy) ?? [] {
            if Self.isLog(path) || Self.isTable(path) { paths.insert(path) }
            let folder = SplitPath(path).directory
            if Self.isLog(path) || path.hasSuffix(".log") || path.hasSuffix(".txt") {
                paths.formUnion(DirectoryWalk.files(below: folder, depth: 0).filter(Self.isLog))
            }
        }
        let found = paths.compactMap { path -> (Finding, Double)? in
            guard let status = Self.status(of: path), status.modified >= start else { return nil }
            let old = before[path] ?? 0
            // Smaller than it was: begun anew.
            return (Finding(path: path, offset: old <= status.size ? old : 0), status.modified)
        }
        return found.sorted { $0.1 > $1.1 }.map(\.0)
    }

    /// A name that only a trainer's log has.
    static func isLog(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let name = parts.last.map(String.init) else { return false }
        // Keras writes the events of its evaluations into a folder of their own.
        if parts.count > 1, MetricName(String(parts[parts.count - 2])) == .evaluation {
            return false
        }
        return name.contains(".tfevents.") || name == "trainer_log.jsonl" || tables.contains(name)
    }

    /// A table under any name, which only a header tells.
    private static func isTable(_ path: String) -> Bool {
        path.hasSuffix(".csv") || path.hasSuffix(".log")
    }

    private static func status(of path: String) -> (size: Int64, modified: Double)? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        let time = status.st_mtim
        return (Int64(status.st_size), Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}
