internal import Glibc
internal import Pulse

/// The logs that are listened to: those that the user named, and those that were found.
struct FoundLogs: Sendable {
    private struct Entry {
        var log: TrainerLog
        var source: Arbiter.Source
        var folder: String
        var problem: String?
    }

    private var entries: [String: Entry] = [:]
    /// Of each source the folder that began to report last: a run in a new folder is the newest.
    private var current: [Arbiter.Source: String] = [:]
    private var reported: Set<String> = []
    /// Of each source the file of that folder that reported first.
    private var firstPath: [Arbiter.Source: String] = [:]
    private let search: LogSearch
    private let named: [String]
    private let start: Double
    private var polls = 0

    /// Polls between two searches: two seconds.
    private static let interval = 4
    /// Files that are followed at once at most.
    private static let limit = 32

    /// What has come, and lines about it for the person at the terminal.
    struct Update {
        var reports: [(report: ProgressReport, source: Arbiter.Source)] = []
        var problems: [String] = []
    }

    /// - Parameters:
    ///   - named: files and folders that the user named; a file may appear later.
    ///   - searches: whether the working directory is searched as well.
    init(named: [String], searches: Bool) {
        // A clock of files is some milliseconds behind.
        start = Double(time(nil)) - 1
        self.named = named.map { path in
            path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        search = LogSearch(directories: self.named + (searches ? ["."] : []), since: start)
        // What isn't there yet may become a file or a folder.
        for path in self.named {
            add(path, source: .named, log: TrainerLog(path: path, since: start))
        }
    }

    /// The log that a source is read from; nil while it has told nothing.
    func path(of source: Arbiter.Source) -> String? { firstPath[source] }

    /// Reads what has come.
    ///
    /// - Parameter command: the command's process; nil while there is none, or none is to be asked.
    mutating func poll(command: pid_t?) -> Update {
        var update = Update()
        polls += 1
        if polls % Self.interval == 1 { find(command) }
        for path in entries.keys.sorted() { read(path, &update) { $0.newReports() } }
        return update
    }

    /// Reads what is left when the command has ended.
    mutating func end() -> Update {
        var update = Update()
        find(nil)
        for path in entries.keys.sorted() { read(path, &update) { $0.end() } }
        return update
    }

    private mutating func find(_ command: pid_t?) {
        for finding in search.find(writtenBy: command) where entries.count < Self.limit {
            let path =
                finding.path.hasPrefix("./") ? String(finding.path.dropFirst(2)) : finding.path
            guard entries[path] == nil, !entries.keys.contains(where: { Self.same($0, path) })
            else { continue }
            let isNamed = named.contains { path.hasPrefix($0 + "/") }
            add(
                path, source: isNamed ? .named : Arbiter.Source(TrainerLog.Format(path: path)),
                log: TrainerLog(path: path, from: finding.offset, since: start))
        }
    }

    private mutating func add(_ path: String, source: Arbiter.Source, log: TrainerLog) {
        let folder = SplitPath(path).directory
        entries[path] = Entry(log: log, source: source, folder: folder)
    }

    private mutating func read(
        _ path: String, _ update: inout Update, _ reports: (inout TrainerLog) -> [ProgressReport]
    ) {
        guard var entry = entries[path] else { return }
        let found = reports(&entry.log)
        if let problem = entry.log.problem, problem != entry.problem {
            entry.problem = problem
            update.problems.append("\(path) \(problem)")
        }
        entries[path] = entry
        guard !found.isEmpty else { return }
        if found.contains(where: \.tellsProgress),
            reported.insert("\(entry.source) \(entry.folder)").inserted
        {
            current[entry.source] = entry.folder
            firstPath[entry.source] = path
        }
        if current[entry.source] == entry.folder {
            update.reports += found.map { ($0, entry.source) }
        }
    }

    /// Whether two paths are one file.
    private static func same(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }
}
