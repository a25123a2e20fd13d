import ArgumentParser
import PulseArchive
import PulseMonitor

/// `pulse runs`: what the archive of this machine's servers holds.
struct Runs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, show, export and delete the runs in an archive.",
        discussion: """
            `pulse serve` keeps every run and its curve in an archive. These commands work on its file, also while \
            servers write it:
              pulse runs list
              pulse runs show bert@1732800000
              pulse runs export --to curves
              pulse runs delete bert@1732800000

            Without --archive it is the file that a server of this user has by default; of the systemd unit it is \
            /var/lib/pulse/archive/pulse.db. It can be set in the environment, too, as PULSE_ARCHIVE.

            Whether a run that has no end is alive, only a server can tell. Exit code 1: the archive can't be \
            read, or has no such run; 64: an option is wrong.
            """,
        subcommands: [RunsList.self, RunsShow.self, RunsExport.self, RunsDelete.self])
}

/// Which archive, and whose runs of it.
struct ArchiveChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The archive. (default: $STATE_DIRECTORY/pulse.db, or ~/.local/state/pulse/pulse.db)
            """, valueName: "file"), completion: .file())
    var archive: String?

    @Option(
        help: ArgumentHelp(
            """
            Runs of this source only: a status file, or the address of a key. (default: all)
            """, valueName: "source"), completion: .file())
    var source: String?

    func validate() throws {
        if archive?.isEmpty == true { throw ValidationError("--archive must not be empty.") }
        if source?.isEmpty == true { throw ValidationError("--source must not be empty.") }
    }

    /// The archive's file.
    func path() throws -> String {
        if let path = archive ?? ArchivePlace.current.path { return path }
        CommandOutput.error(
            "neither HOME nor XDG_STATE_HOME says where the archive is; give --archive")
        throw ExitCode.failure
    }

    /// Its runs, newest start first.
    func runs() throws -> ArchivedRuns {
        let path = try path()
        return try Self.reading { try ArchiveReader(path: path).runs(of: scope) }
    }

    /// The runs with these ids; each has to be there, and only once.
    func runs(_ ids: [String]) throws -> [ArchivedRun] {
        let known = try runs()
        let aliases = Dictionary(
            known.aliases.map { ($0.key.description, $0.value.description) }
        ) { first, _ in first }
        return try ids.map { id in
            let found = known.runs.filter { $0.id.description == aliases[id] ?? id }
            guard let run = found.first else {
                CommandOutput.error("there is no run \(id) in the archive: see pulse runs list")
                throw ExitCode.failure
            }
            guard found.count == 1 else {
                let sources = found.map(\.address).joined(separator: ", ")
                CommandOutput.error(
                    "\(id) is a run of several sources: give --source, one of \(sources)")
                throw ExitCode.failure
            }
            return run
        }
    }

    /// Ends the command with one line where the archive can't be used.
    static func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ArchiveError {
            CommandOutput.error("\(error)")
            throw ExitCode.failure
        }
    }

    private var scope: SourceScope? {
        source.map { .one($0.contains("://") ? $0 : ArchivePlace.address(ofFile: $0)) }
    }
}
