import PulseMonitor
import ArgumentParser
import Glibc
import Logging
import PulseArchive
import PulseNATS
import PulseServer
import ServiceLifecycle

/// `pulse serve`: flags to configuration, then the server until a signal.
struct Serve: PreparedCommand, LoggedCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a status file to browsers, curl and Prometheus.",
        discussion: """
            Open the printed URL in a browser, or ask with curl:
              curl http://localhost:8080/status      the six PULSE v1 fields
              curl http://localhost:8080/progress    percent, liveness, ETA, source
              curl -N http://localhost:8080/events   the live stream
              curl http://localhost:8080/metrics     for Prometheus

            The status file need not exist yet, and may be missing, broken or old at any time: the last good \
            state is served then, marked as such. `pulse doctor` finds out why it is.

            --on-transition runs a shell command at each transition of the run: running, done, error, stale, \
            recovered, source_invalid. It finds PULSE_TRANSITION, PULSE_STATUS, PULSE_MESSAGE, \
            PULSE_PROGRESS, PULSE_EPOCH, PULSE_LOSS, PULSE_RUN, PULSE_ATTEMPT and more in its environment, \
            and has 30 seconds. With the archive it is run again until it exits with 0, up to twelve times in a \
            day and over restarts, always with the same PULSE_TRANSITION_ID:
              --on-transition 'curl -d "$PULSE_TRANSITION: $PULSE_MESSAGE" https://chat.example/hook'

            --source serves a key of NATS instead of a file, for trainers on other machines (`pulse relay`) and \
            for as many servers as viewers need. Each behaves as it does for a file on its own disk:
              pulse serve --source nats://n1,n2,n3/runs/gpu-1 --nats-credentials server.creds
              pulse serve --source nats://n1,n2,n3/runs      all keys of the bucket

            --runs-dir serves all runs of a directory: /runs lists them, /runs/NAME is one, /runs/events streams all \
            changes. The routes above stand for the run that began last then:
              pulse serve /srv/runs/
              curl http://localhost:8080/runs?state=running,stale

            Only this machine can reach the server by default. For others:
              pulse serve --host 0.0.0.0 --token-file token --allowed-host gpu1

            Each option can be set in the environment as well, as PULSE_ and its name: PULSE_PORT=9000. Lists \
            have commas, flags are true or false. Options given here win. Durations are a number and a unit: \
            500ms, 2s, 5m, 1h, 30d. Ctrl-C or SIGTERM ends the server gracefully (exit code 0), a second one at \
            once. SIGHUP has certificate, key and token read again. Exit code 1: it can't start; 64: an option is \
            wrong.
            """)

    @Argument(
        help: ArgumentHelp(
            "A status file, or a directory of runs: short for --status-file or --runs-dir.",
            valueName: "file|directory"), completion: .file())
    var served: String?

    @Option(
        name: .shortAndLong,
        help: "The PULSE v1 file that the training job writes. (default: status.json)",
        completion: .file())
    var statusFile: String?

    @Option(
        help: ArgumentHelp(
            """
            A key of NATS that holds the status instead: nats://HOST,HOST/BUCKET/KEY, or tls:// for \
            encryption; nats://HOST,HOST/BUCKET for all keys of a bucket.
            """, valueName: "url"))
    var source: String?

    @Option(
        help: ArgumentHelp(
            """
            A directory whose runs are served instead, all of them: every NAME.json, and every \
            NAME/status.json. New ones are found at once.
            """, valueName: "directory"), completion: .directory)
    var runsDir: String?

    @Option(
        help: """
            What the run is called. (one source only; default: the name of the file, of its folder where it is \
            status.json, or of the key)
            """, transform: SourceName.init(argument:))
    var name: SourceName?

    @Option(
        help: "Files, or keys of a bucket, that are read at most; those beyond are counted.",
        parse: NumberArgument.count(from: 1))
    var maxRuns = 10_000

    @OptionGroup
    var nats: NATSOptions

    @OptionGroup
    var server: ServerOptions

    @OptionGroup
    var archive: ArchiveOptions

    @Option(
        help: ArgumentHelp(
            "A shell command to run at each transition of the run; see above.", valueName: "command"
        ))
    var onTransition: String?

    func validate() throws {
        let place = try place
        guard case .nats = place else {
            try nats.checkUnused(without: "--source")
            guard case .directory = place else { return }
            return try checkNoName(for: "a directory each file")
        }
        guard case .nats(.bucket) = place else { return }
        try checkNoName(for: "a bucket each key")
    }

    private func checkNoName(for others: String) throws {
        guard name != nil else { return }
        throw ValidationError("--name is for one source: in \(others) has its own name.")
    }

    var logger: Logger { server.logger(defaultLevel: .info) }

    func prepare() throws {
        do {
            try ProcessLimits.check()
        } catch {
            CommandOutput.error(error.description)
            throw ExitCode.failure
        }
    }

    func run() async throws {
        // A server outlives the terminal that it was started from, and has nothing to reload yet.
        _ = signal(SIGHUP, SIG_IGN)
        let logger = logger
        let notifier = SystemdNotifier()
        let reaper = OrphanReaper()
        let command = onTransition.map { TransitionCommand($0, logger: logger, reaper: reaper) }
        let observers: [(any RunObserver & Service)?] = [notifier, command]
        let place: SourcePlace
        let server: StatusServer
        let signals: StopSignals
        do {
            place = try self.place
            var configuration = try self.server.configuration(statusFile: "\(place)")
            configuration.name = name
            configuration.place = place.served
            configuration.source = try await keySource(of: place)
            configuration.runs = try await runsSource(of: place)
            configuration.observers = observers.compactMap { $0 } + [reaper].compactMap { $0 }
            configuration.teller = command.map { UnkeptTransitions(command: $0) }
            archive.keep(
                place.scope, in: &configuration, telling: command, logger: logger)
            signals = await StopSignals()
            server = try StatusServer(configuration: configuration, logger: logger)
        } catch let code as ExitCode {
            throw code
        } catch let ServerError.portTaken(text) {
            CommandOutput.error(
                "\(text)\(PortOwner.phrase(ofPort: self.server.port)): --port 0 picks a free one")
            throw ExitCode.failure
        } catch {
            CommandOutput.error("\(error)")
            throw ExitCode.failure
        }
        let announcement = Announcement(
            line:
                "Pulse is serving \(place) at \(self.server.url(port: server.port))"
        )
        let reloading = await ReloadSignals(for: server)
        let services: [any Service] =
            [server, announcement, reloading] + observers.compactMap { $0 }
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [signals.ending] + services.map { .init(service: $0) },
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    /// What is served, as the argument or one of the options says.
    private var place: SourcePlace {
        get throws {
            let given: [(name: String, place: ServedArgument)] = [
                try served.map { ("'\($0)'", try ServedArgument($0)) },
                statusFile.map { ("--status-file", .statusFile($0)) },
                runsDir.map { ("--runs-dir", .runsDirectory($0)) },
                source.map { ("--source", .nats($0)) },
            ].compactMap { $0 }
            guard given.count < 2 else {
                throw ValidationError(
                    "\(given[0].name) and \(given[1].name) are two sources: give one of them.")
            }
            switch given.first?.place ?? .statusFile("status.json") {
            case .statusFile(""), .runsDirectory(""):
                throw ValidationError("\(given[0].name) must not be empty.")
            case .statusFile(let path): return .file(path)
            case .runsDirectory(let path): return .directory(path)
            case .nats(let address): return .nats(try nats.place(address, of: given[0].name))
            }
        }
    }

    /// The directory or the bucket of runs, polled once where it is a bucket; nil when one run is
    /// served.
    private func runsSource(of place: SourcePlace) async throws -> (any RunsSource)? {
        switch place {
        case .directory(let path):
            return DirectorySource(
                path: path, pollInterval: server.pollInterval.duration,
                watches: !server.noWatch, limit: maxRuns)
        case .nats(.bucket(let address)):
            let bucket = BucketSource(
                try NATSStore.bucket(address, access: nats.access, name: "pulse serve"),
                bucket: address.bucket, pollInterval: server.pollInterval.duration,
                watches: !server.noWatch, limit: maxRuns, logger: logger)
            try await begin("\(address)") { bucket.begin() }
            return bucket
        case .file, .nats(.key): return nil
        }
    }

    /// The key of NATS, polled once; nil when another source is served.
    private func keySource(of place: SourcePlace) async throws -> (any StatusSource)? {
        guard case .nats(.key(let address)) = place else { return nil }
        let key = NATSSource(
            try NATSStore.bucket(address.place, access: nats.access, name: "pulse serve"),
            bucket: address.place.bucket, key: address.key, name: name,
            pollInterval: server.pollInterval.duration,
            watches: !server.noWatch, logger: logger)
        try await begin("\(address)") { key.begin() }
        return key
    }

    /// - Parameter poll: gives what is wrong when waiting can't help.
    private func begin<Failure: Error>(
        _ address: String, _ poll: @escaping @Sendable () -> Failure?
    ) async throws {
        guard let error = await BlockingThread.run("pulse.source", poll) else { return }
        CommandOutput.error("\(address): \(error)")
        throw ExitCode.failure
    }
}
