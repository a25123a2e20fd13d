import ArgumentParser
import Logging
import PulseArchive
import PulseServer

/// Where a server keeps its runs.
struct ArchiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The file in which runs and their curves outlive the server, on a disk of this machine. (default: \
            $STATE_DIRECTORY/pulse.db, or ~/.local/state/pulse/pulse.db)
            """, valueName: "file"), completion: .file())
    var archive: String?

    @Flag(help: "Keep nothing: a restart forgets the run.")
    var noArchive = false

    @Option(
        help: """
            Runs that are over and kept, of all sources of this server together; the oldest go first.
            """, parse: NumberArgument.count(from: 0))
    var keepRuns = 1_000

    @Option(
        help: "How long runs are kept after their end. (default: as long as --keep-runs says)",
        transform: DurationArgument.parse)
    var keepFor: DurationArgument?

    func validate() throws {
        if archive?.isEmpty == true { throw ValidationError("--archive must not be empty.") }
        if archive != nil, noArchive {
            throw ValidationError("--archive and --no-archive contradict each other.")
        }
    }

    private var retention: Retention {
        var retention = Retention()
        retention.runs = keepRuns
        retention.age = keepFor?.duration
        return retention
    }

    /// Opens the archive for a server.
    ///
    /// One that can't be opened is one line in the log: the server serves as well without, until it
    /// can be.
    ///
    /// - Parameters:
    ///   - scope: the sources that it keeps.
    ///   - command: tells of transitions, which are kept as well.
    func keep(
        _ scope: SourceScope, in configuration: inout StatusServerConfiguration,
        telling command: TransitionCommand?, logger: Logger
    ) {
        guard !noArchive else { return }
        configuration.wantsArchive = true
        guard let path = archive ?? ArchivePlace.current.path else {
            return logger.warning(
                "no archive: neither HOME nor XDG_STATE_HOME says where; give --archive")
        }
        configuration.archivePath = ArchivePlace.address(ofFile: path)
        do throws(ArchiveError) {
            configuration.archive = try ServerArchive(
                open: { [archive, retention] () throws(ArchiveError) in
                    if archive == nil { ArchivePlace.makeDirectory(of: path) }
                    return try Archive(
                        path: path, scope: scope, retention: retention, teller: command,
                        logger: logger)
                }, opened: { command?.keep(in: $0) }, logger: logger)
        } catch {
            logger.warning("no archive: \(error)")
        }
    }
}
