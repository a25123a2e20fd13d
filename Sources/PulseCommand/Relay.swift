import PulseMonitor
import ArgumentParser
import Glibc
import Logging
import PulseNATS
import ServiceLifecycle

/// `pulse relay`: a status file into a key of NATS, until a signal.
struct Relay: AsyncParsableCommand, LoggedCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a status file into NATS, for servers on other machines.",
        discussion: """
            Run it beside the trainer, and servers anywhere:
              pulse relay --status-file run/status.json --to nats://n1,n2,n3/runs/gpu-1
              pulse serve --source nats://n1,n2,n3/runs/gpu-1

            The last part is a key in a key-value bucket of JetStream; the part before it is the bucket, which \
            is made when it is missing, on three servers or as many as there are. Each good state is sent as \
            the trainer wrote it, and only the newest: when the cluster is away it is sent as soon as it is \
            back, and never an older one after a newer. A file that is missing or broken is not sent; its \
            reason is in the log.

            --runs-dir sends all runs of a directory into a bucket, each file into the key of its name, over one \
            connection; servers of the bucket show them all:
              pulse relay --runs-dir runs --to nats://n1,n2,n3/runs
              pulse serve --source nats://n1,n2,n3/runs

            One trainer writes one key. What the relay finds in the file at its start is not sent when the key \
            holds a state with a later timestamp; what is written while it runs always is.

            Options can be set in the environment: PULSE_STATUS_FILE, PULSE_TO, PULSE_NATS_CREDENTIALS and so \
            on. Ctrl-C or SIGTERM ends it when the last state is acknowledged, after ten seconds at most. Exit \
            code 0: all was acknowledged; 1: the last state was not, or it could not start; 64: an option is \
            wrong.
            """)

    @Option(
        name: .shortAndLong,
        help: "The PULSE v1 file that the training job writes. (default: status.json)",
        completion: .file())
    var statusFile: String?

    @Option(
        help: ArgumentHelp(
            "A directory whose runs are sent instead, all of them.", valueName: "directory"),
        completion: .directory)
    var runsDir: String?

    @Option(
        help: ArgumentHelp(
            """
            The key to send it to: nats://HOST,HOST/BUCKET/KEY, or tls:// for encryption; of a directory the \
            bucket: nats://HOST,HOST/BUCKET.
            """, valueName: "url"))
    var to: String

    @OptionGroup
    var nats: NATSOptions

    @Option(help: "How often the file is polled.", parse: DurationArgument.parse)
    var pollInterval: DurationArgument = "2s"

    @Flag(help: "Don't be woken by changes: they are picked up at the next poll.")
    var noWatch = false

    @Option(help: "Minimum log level.")
    var logLevel: Logger.Level = .info

    @Option(help: "How log lines look on stderr.")
    var logFormat: LogFormat = .text

    func validate() throws {
        if statusFile?.isEmpty == true {
            throw ValidationError("--status-file must not be empty.")
        }
        guard let runsDir else {
            _ = try nats.address(to, of: "--to")
            return
        }
        guard !runsDir.isEmpty else { throw ValidationError("--runs-dir must not be empty.") }
        guard statusFile == nil else {
            throw ValidationError(
                "--runs-dir and --status-file are two sources: give one of them.")
        }
        _ = try nats.bucket(to, of: "--to")
    }

    var logger: Logger { logFormat.logger(level: logLevel) }

    func run() async throws {
        // It outlives the terminal that it was started from.
        _ = signal(SIGHUP, SIG_IGN)
        // It starts no processes, and waits for none that a container's others leave behind.
        _ = signal(SIGCHLD, SIG_IGN)
        let place = try nats.place(to, of: "--to")
        let relay = try relay(to: place)
        if let error = await BlockingThread.run("pulse.relay", { relay.begin() }) {
            CommandOutput.error("\(place): \(error)")
            throw ExitCode.failure
        }
        let signals = await StopSignals()
        let announcement = Announcement(
            line:
                "Pulse is sending \(runsDir ?? statusFile ?? Self.defaultFile) to \(place)")
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: RelayService(relay: relay),
                        successTerminationBehavior: .gracefullyShutdownGroup),
                    signals.ending, .init(service: announcement),
                ],
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private static let defaultFile = "status.json"

    private func relay(to place: NATSAddress) throws -> any Relaying {
        let store = try NATSStore.bucket(place.place, access: nats.access, name: "pulse relay")
        switch place {
        case .bucket(let address):
            let (path, interval, watches) = (runsDir ?? "", pollInterval.duration, !noWatch)
            return DirectoryRelay(
                of: { DirectorySource(path: path, pollInterval: interval, watches: watches) },
                to: store, at: address, logger: logger)
        case .key(let address):
            return StatusRelay(
                statusFile: statusFile ?? Self.defaultFile, to: address.key, in: store,
                name: "\(address)", pollInterval: pollInterval.duration, watches: !noWatch,
                logger: logger)
        }
    }
}

/// A relay that ends when its group does.
private struct RelayService: Service {
    let relay: any Relaying

    func run() async throws {
        let outcome = await withGracefulShutdownHandler {
            await BlockingThread.run("pulse.relay") { relay.run() }
        } onGracefulShutdown: {
            relay.stop()
        }
        guard case .undelivered(let error) = outcome else { return }
        CommandOutput.error("the last state was not acknowledged: \(error)")
        throw ExitCode.failure
    }
}
