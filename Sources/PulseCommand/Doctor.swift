import ArgumentParser
import Glibc
import PulseArchive
import PulseDoctor
import PulseServer

/// `pulse doctor`: what is wrong with a setup, and how to fix it.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out why a status doesn't arrive, and what to do about it.",
        discussion: """
            Run it where the server runs, as the user that the server runs as, best while the job trains:
              pulse doctor --status-file run/status.json
              pulse doctor --runs-dir runs

            It examines the directory and its rights, single-file mounts (a container's), the file \
            system and inotify, the document, its fields and its timestamp, how the file is written, \
            which files of a directory of runs aren't served and why, the port and who has it, the certificate, allowed hosts, the archive, and variables of other \
            programs or misspelt ones. It writes nothing.

            Clocks are compared: the document's timestamp and the file's own time with this machine's, and \
            the Date of a server that has the port. Five seconds are allowed.

            Exit codes: 0 when there is no problem (a note is none), 1 when there is one or more.

            --status-file, --runs-dir, --host, --port, --base-path, --tls-certificate, --allowed-host and --archive \
            can be set in the environment as for `pulse serve`: PULSE_STATUS_FILE, PULSE_RUNS_DIR, PULSE_HOST, \
            PULSE_PORT, PULSE_BASE_PATH, PULSE_TLS_CERTIFICATE, PULSE_ALLOWED_HOST, PULSE_ARCHIVE. Durations are a number and a unit: \
            500ms, 2s, 5m.
            """)

    @Option(
        name: .shortAndLong,
        help: "The PULSE file that the training job writes. (default: status.json)",
        completion: .file())
    var statusFile: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the runs' files, instead of one.", valueName: "directory"),
        completion: .directory)
    var runsDir: String?

    @Option(help: "The address that the server is to listen on.")
    var host = "127.0.0.1"

    @Option(
        name: .shortAndLong, help: "The port that the server is to listen on.",
        parse: NumberArgument.port)
    var port: UInt16 = 8080

    @Option(
        help: ArgumentHelp(
            "The path below which the server is to have all.", valueName: "path"),
        parse: BasePath.init(argument:))
    var basePath = BasePath.root

    @Option(
        help: "The PEM file with the certificate that the server is to show.", completion: .file())
    var tlsCertificate: String?

    @Option(
        name: .customLong("allowed-host"),
        help: "A host name that the server is to let in. Repeatable.")
    var allowedHosts: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            The archive that the server is to keep. (default: $STATE_DIRECTORY/pulse.db, or \
            ~/.local/state/pulse/pulse.db)
            """, valueName: "file"), completion: .file())
    var archive: String?

    @Option(help: "How long to observe how the file is written.", parse: DurationArgument.parse)
    var observe: DurationArgument = "3s"

    @Flag(
        help: """
            Print one JSON document instead: {"problems": N, "findings": [{"check", "level", "text", "fix"}, \
            ...]}. "mend" has the value of "fix", and goes with the next release.
            """)
    var json = false

    func validate() throws {
        if statusFile == "" { throw ValidationError("--status-file must not be empty.") }
        if runsDir == "" { throw ValidationError("--runs-dir must not be empty.") }
        if statusFile != nil, runsDir != nil {
            throw ValidationError("Give --status-file or --runs-dir, not both.")
        }
    }

    func run() throws {
        let file = statusFile ?? "status.json"
        let place = runsDir.map { ExaminedPlace.runsDirectory($0) } ?? .statusFile(file)
        if isatty(STDERR_FILENO) == 1, runsDir == nil {
            CommandOutput.error("observing \(file) for \(observe) ...")
        }
        let examination = Examination(
            place, host: host, port: port, basePath: "\(basePath)",
            observation: observe.duration,
            certificate: tlsCertificate, settings: settings,
            archive: (archive ?? ArchivePlace.current.path).map { ArchiveFacts(path: $0) })
        if json {
            CommandOutput.line(String(decoding: Report.json(examination), as: UTF8.self))
        } else {
            Report.text(examination).forEach(CommandOutput.line)
        }
        if examination.count(.problem) > 0 { throw ExitCode.failure }
    }

    private var settings: SettingFacts {
        SettingFacts(
            foreign: EnvironmentArguments(["serve"]).foreign.map {
                ForeignSetting(assignment: $0.assignment, owner: $0.owner, fix: $0.fix)
            },
            misspelt: ProcessText.variableNames().compactMap {
                MisspeltVariable($0, settings: EnvironmentArguments.allVariables)
            }.map { MisspeltSetting(name: $0.name, meant: $0.meant) },
            unusableHosts: allowedHosts.filter { !HostName.isValid($0) }.map {
                UnusableHost(name: $0, advice: HostName.advice(for: $0))
            })
    }
}

extension ArchiveFacts {
    /// What is there now.
    fileprivate init(path: String) {
        let condition = ArchiveCondition(path: path)
        self.init(
            path: path, isThere: condition.isThere, refusal: condition.refusal.map { "\($0)" },
            damage: condition.damage, size: condition.size, free: condition.free,
            isOnNetwork: condition.isOnNetwork, writers: condition.writers)
    }
}
