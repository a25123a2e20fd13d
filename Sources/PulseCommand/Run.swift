import ArgumentParser
import Logging
import Pulse
import PulseMonitor
import PulseNATS
import PulseRun
import PulseServer

/// `pulse run`: any command, with a status file that is true to the end.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a training command and keep its status true, whatever happens to it.",
        discussion: """
            Write the command after two dashes:
              pulse run --serve -- python train.py
              pulse run --trainer-log out/trainer_log.jsonl -- llamafactory-cli train config.yaml

            The status is running while the command runs, done when it ends with exit code 0, and error with the \
            reason otherwise, unless the command has written done or error itself. Its exit code is passed on: \
            128 and the number of the signal that killed it, 127 when it isn't found, 126 when it can't be run; \
            125 when pulse itself could not begin.

            What the trainer writes into the status file itself (its path is in PULSE_STATUS_FILE) is believed \
            first, then a log that --trainer-log names, then the progress that transformers 5 reports by itself, \
            then the logs that are found (trainer_log.jsonl, event files of TensorBoard, CSV), and last what the \
            command's output shows: tqdm's bars, and the lines of the Trainer. A line says at the start what is \
            listened to, another one which of it is followed; --no-kubeflow, --no-log-search and --no-capture turn \
            these off. Options for the server are those of pulse serve, and have a meaning with --serve only.

            --runs-dir writes a file of its own for each run into a directory, for a sweep or a team; the name is \
            made from directory and command, so that the same command goes on with the same run:
              pulse run --runs-dir runs -- python train.py --lr 1e-4
              pulse run --runs-dir runs --name baseline -- python train.py

            --pulse-version 2 writes PULSE v2: steps, learning rate and other metrics, as far as the logs tell them. \
            The command gets it as PULSE_VERSION, which pulse_wrapper and pulse write go by.

            --to sends each state to a key of NATS as well, as pulse relay does; pulse waits up to ten seconds for \
            the last one to be acknowledged, and prints an error when it was not.
            """)

    @Option(
        name: .shortAndLong, help: "The status file to write. (default: status.json)",
        completion: .file())
    var statusFile: String?

    @Option(
        help: ArgumentHelp(
            "A directory of runs: the file is NAME.json in it.", valueName: "directory"),
        completion: .directory)
    var runsDir: String?

    @Option(
        help: """
            What the run is called. (default with --runs-dir: made from directory and command; while that is \
            taken, with -2, -3 and so on)
            """, transform: SourceName.init(argument:))
    var name: SourceName?

    @Option(
        help: "Epochs planned, for a command that doesn't report them itself.",
        transform: NumberArgument.number)
    var totalEpochs: Double?

    @Option(
        help: "Steps planned, for a log that doesn't name them.", transform: NumberArgument.number)
    var totalSteps: Double?

    @Option(
        help: ArgumentHelp(
            "The version of PULSE to write, 1 or 2; the command's own writers follow it. (default: 1)",
            valueName: "version"), transform: PulseVersionArgument.parse)
    var pulseVersion: Int?

    @Option(
        help: ArgumentHelp(
            """
            A log, or a folder with logs, that the trainer writes: trainer_log.jsonl of LLaMA-Factory, event \
            files of TensorBoard, CSV. May be given several times.
            """,
            valueName: "path"),
        completion: .file())
    var trainerLog: [String] = []

    @Flag(help: "Don't look for the logs that the command writes.")
    var noLogSearch = false

    @Flag(help: "Don't listen for the progress that transformers 5 reports by itself.")
    var noKubeflow = false

    @Flag(
        help: """
            Hand the terminal on as it is, for full-screen programs: the output isn't read, so that it shows no \
            progress, and an error has no reason.
            """)
    var noCapture = false

    @Flag(help: "Serve the status as well, as pulse serve does.")
    var serve = false

    @Option(
        help: ArgumentHelp(
            "How long to go on serving after the command has ended, when nobody asks for its end (default: 10m).",
            valueName: "duration"), transform: DurationArgument.parse)
    var linger: DurationArgument?

    @Flag(help: "End with the command, whether somebody has seen its end or not.")
    var noLinger = false

    @Flag(help: "Go on serving after the command has ended, until Ctrl-C or SIGTERM.")
    var keepServing = false

    @Option(
        help: ArgumentHelp(
            """
            A key of NATS to send the status to as well: nats://HOST,HOST/BUCKET/KEY; with --runs-dir the bucket is \
            enough.
            """,
            valueName: "url"))
    var to: String?

    @OptionGroup(title: "NATS options")
    var nats: NATSOptions

    @OptionGroup(title: "Server options")
    var server: ServerOptions

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty {
            throw ValidationError(
                "Write the command after two dashes: pulse run -- python train.py")
        }
        if statusFile?.isEmpty == true {
            throw ValidationError("--status-file must not be empty.")
        }
        if let runsDir {
            guard !runsDir.isEmpty else { throw ValidationError("--runs-dir must not be empty.") }
            guard statusFile == nil else {
                throw ValidationError(
                    "--runs-dir and --status-file are two places for the status: give one of them.")
            }
        }
        if name != nil, runsDir == nil, !serve {
            throw ValidationError("--name goes with --runs-dir, or with --serve.")
        }
        if let totalEpochs, !totalEpochs.isFinite || totalEpochs < 0 {
            throw ValidationError("--total-epochs must be a number, 0 or more.")
        }
        if let totalSteps, !totalSteps.isFinite || totalSteps < 0 {
            throw ValidationError("--total-steps must be a number, 0 or more.")
        }
        if trainerLog.contains("") { throw ValidationError("--trainer-log must not be empty.") }
        if let to {
            _ =
                try runsDir == nil
                ? .key(nats.address(to, of: "--to")) : nats.place(to, of: "--to")
        } else {
            try nats.checkUnused(without: "--to")
        }
        try checkAfterwards()
    }

    /// What is to happen with the server after the command.
    private func checkAfterwards() throws {
        let given = [
            ("--keep-serving", keepServing), ("--linger", linger != nil), ("--no-linger", noLinger),
        ].filter(\.1).map(\.0)
        if let option = given.first, !serve {
            throw ValidationError("\(option) goes with --serve.")
        }
        if given.count > 1 {
            throw ValidationError("\(given[0]) and \(given[1]) exclude each other.")
        }
    }

    /// On the main thread, whose signals it takes over.
    func run() throws {
        if serve { try checkLimits() }
        let training = try startTraining()
        defer { training.release() }
        let relay = try startRelay(of: training.statusFile)
        let embedded = serve ? try startServer(of: training.statusFile) : nil
        do {
            let outcome = try training.run()
            relay?.finish()
            if let embedded { stay(training, outcome, embedded) }
            embedded?.stop(showing: outcome.status)
            throw ExitCode(outcome.exitCode)
        } catch let error as PulseError {
            CommandOutput.error("cannot write the status: \(error.description)")
            relay?.finish()
            embedded?.stop(showing: nil)
            throw ExitCode(Self.ownFailure)
        }
    }

    /// Goes on serving after the command, as was asked for.
    private func stay(
        _ training: TrainingRun, _ outcome: TrainingRun.Outcome, _ embedded: EmbeddedServer
    ) {
        if keepServing { return training.waitForStop() }
        guard !noLinger, !outcome.wasStopped, let status = outcome.status else { return }
        let limit = linger ?? Self.defaultLinger
        CommandOutput.note(
            "the command has ended: \(status.status.rawValue); serving that until somebody has seen it, "
                + "for \(limit) at most (Ctrl-C ends now)")
        embedded.linger(showing: status, atMost: limit.duration) {
            training.waitForStop(atMost: $0)
        }
    }

    private static let defaultLinger: DurationArgument = "10m"

    /// What env(1) and timeout(1) end with when they fail themselves.
    private static let ownFailure: Int32 = 125

    private var runConfiguration: RunConfiguration {
        let place: StatusPlace =
            runsDir.map { .directory($0, name: name) } ?? .file(statusFile ?? "status.json")
        var run = RunConfiguration(command: command, place: place)
        run.totalEpochs = totalEpochs
        run.totalSteps = totalSteps
        run.version = pulseVersion
        run.trainerLogs = trainerLog
        run.findsLogs = !noLogSearch
        run.takesUpdates = !noKubeflow
        run.capturesOutput = !noCapture
        return run
    }

    private func checkLimits() throws {
        do {
            try ProcessLimits.check()
        } catch {
            CommandOutput.error(error.description)
            throw ExitCode(Self.ownFailure)
        }
    }

    private func startTraining() throws -> TrainingRun {
        do {
            return try TrainingRun(runConfiguration) { CommandOutput.error($0) }
        } catch {
            CommandOutput.error(error.description)
            throw ExitCode(Self.ownFailure)
        }
    }

    private func startRelay(of statusFile: String) throws -> RunRelay? {
        guard let to else { return nil }
        let address: KeyAddress
        let store: any BucketStore
        do {
            address = try key(to, ofFile: statusFile)
            store = try NATSStore.bucket(address.place, access: nats.access, name: "pulse run")
        } catch {
            if let error = error as? KeyAddress.ParseError {
                CommandOutput.error("--to: \(error.description)")
            }
            throw ExitCode(Self.ownFailure)
        }
        let relay = StatusRelay(
            statusFile: statusFile, to: address.key, in: store, name: "\(address)",
            pollInterval: server.pollInterval.duration, watches: !server.noWatch,
            logger: server.logger(defaultLevel: .warning))
        if let error = relay.begin() {
            CommandOutput.error("\(address): \(error)")
            throw ExitCode(Self.ownFailure)
        }
        return RunRelay(relay, to: "\(address)")
    }

    /// The key that is asked for, or the one that is called as the run is in the bucket asked for.
    private func key(_ to: String, ofFile statusFile: String) throws -> KeyAddress {
        switch try nats.place(to, of: "--to") {
        case .key(let address): address
        case .bucket(let bucket):
            try KeyAddress(SourceName(file: statusFile).description, in: bucket)
        }
    }

    private func startServer(of statusFile: String) throws -> EmbeddedServer {
        do {
            // Between the bars of a training only what matters.
            let published = PublishedStatus()
            var configuration = try server.configuration(statusFile: statusFile)
            configuration.name = name
            configuration.observers = [published]
            configuration.expectsStatusFile = true
            let server = try FreePort.server(
                configuration, logger: server.logger(defaultLevel: .warning))
            CommandOutput.note("serving \(statusFile) at \(self.server.url(port: server.port))")
            return EmbeddedServer(server: server, published: published)
        } catch {
            CommandOutput.error("\(error)")
            throw ExitCode(Self.ownFailure)
        }
    }
}
