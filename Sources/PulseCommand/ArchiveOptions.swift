import ArgumentParser
import Glibc
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

    func validate() throws {
        if archive?.isEmpty == true { throw ValidationError("--archive must not be empty.") }
        if archive != nil, noArchive {
            throw ValidationError("--archive and --no-archive contradict each other.")
        }
    }

    /// Opens the archive for a server.
    ///
    /// One that can't be opened is one line in the log: the server serves as well without.
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
        let places = ArchivePlace(environment: { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        })
        guard let path = archive ?? places.path else {
            return logger.warning(
                "no archive: neither HOME nor XDG_STATE_HOME says where; give --archive")
        }
        configuration.archivePath = ArchivePlace.address(ofFile: path)
        if archive == nil { ArchivePlace.makeDirectory(of: path) }
        do {
            let archive = try Archive(path: path, teller: command, logger: logger)
            command?.keep(in: archive)
            configuration.archive = try ServerArchive(archive, scope: scope, logger: logger)
        } catch {
            logger.warning("no archive: \(error)")
        }
    }
}
