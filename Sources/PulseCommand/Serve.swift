public import ArgumentParser
import Glibc
import Logging
import PulseServer
import ServiceLifecycle
import UnixSignals

/// `pulse serve`: flags to configuration, then the server until a signal.
struct Serve: AsyncParsableCommand {
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

            --on-transition runs a shell command when the run turns to running, done, error, stale, recovered \
            or source_invalid, once each. It finds PULSE_TRANSITION, PULSE_STATUS, PULSE_MESSAGE, \
            PULSE_PROGRESS, PULSE_EPOCH, PULSE_LOSS and more in its environment, and has 30 seconds:
              --on-transition 'curl -d "$PULSE_TRANSITION: $PULSE_MESSAGE" https://chat.example/hook'

            Only this machine can reach the server, unless told otherwise. For others:
              pulse serve --host 0.0.0.0 --token-file token --allowed-host gpu1

            Each option can be set in the environment as well, as PULSE_ and its name: PULSE_PORT=9000. Lists \
            have commas, flags are true or false. Options given here win. Durations are a number and a unit: \
            500ms, 2s, 5m, 1h. Ctrl-C or SIGTERM ends the server gracefully (exit code 0), a second one at \
            once. Exit code 1: it can't start; 64: an option is wrong.
            """)

    @Option(name: .shortAndLong, help: "The PULSE v1 file that the training job writes.")
    var statusFile = "status.json"

    @Option(
        help:
            "The address to listen on. One that others can reach needs a token, or --allow-anonymous."
    )
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The port to listen on; 0 picks a free one.")
    var port: UInt16 = 8080

    @Option(help: "The directory of the TrainingPanel. (default: public, or the installed one)")
    var publicDir: String?

    @Option(help: "How often the file is looked at.")
    var pollInterval: DurationArgument = "2s"

    @Flag(help: "Don't use inotify: news arrive within the poll interval.")
    var noWatch = false

    @Option(
        help: """
            How long a running job may be silent before it counts as stale; five times its longest pause, if \
            that is more.
            """)
    var staleAfter: DurationArgument = "5m"

    @Option(help: "How often each event stream gets a heartbeat.")
    var heartbeatInterval: DurationArgument = "15s"

    @Option(help: "Event streams at most. (default: from the limit of open files)")
    var maxStreams: Int?

    @Option(
        name: .customLong("allowed-host"),
        help: """
            A host name by which requests may call this server, beside addresses and localhost. Repeatable.
            """)
    var allowedHosts: [String] = []

    @Option(
        name: .customLong("cors-origin"),
        help: """
            An origin whose pages may read the answers, such as https://example.org, or '*'. Repeatable.
            """)
    var corsOrigins: [String] = []

    @Option(
        help: """
            A file whose first line is the token that clients must show: Authorization: Bearer TOKEN, or \
            /?token=TOKEN once in a browser.
            """)
    var tokenFile: String?

    @Flag(help: "Let everyone who can reach the address read without a token.")
    var allowAnonymous = false

    @Option(help: "A PEM file with the certificate chain, for HTTPS.")
    var tlsCertificate: String?

    @Option(help: "A PEM file with the certificate's key, for HTTPS.")
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "A shell command to run at each turn of the run; see above.", valueName: "command"))
    var onTransition: String?

    @Option(help: "The least severe level that is logged.")
    var logLevel: Logger.Level = .info

    @Option(help: "How log lines look on stderr.")
    var logFormat: LogFormat = .text

    func validate() throws {
        if let maxStreams, maxStreams < 1 {
            throw ValidationError("--max-streams must be at least 1.")
        }
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
        if statusFile.isEmpty { throw ValidationError("--status-file must not be empty.") }
        for origin in corsOrigins where !CORSOrigin.isValid(origin) {
            throw ValidationError(
                "--cors-origin '\(origin)' is no origin: write it like https://example.org:8443.")
        }
    }

    func run() async throws {
        let logger = logFormat.logger(level: logLevel)
        let notifier = SystemdNotifier()
        let command = onTransition.map { TransitionCommand($0, logger: logger) }
        let observers: [(any RunObserver & Service)?] = [notifier, command]
        let server: StatusServer
        do {
            var configuration = try serverConfiguration()
            configuration.observers = observers.compactMap { $0 }
            server = try StatusServer(configuration: configuration, logger: logger)
        } catch {
            CommandOutput.error("\(error)")
            throw ExitCode.failure
        }
        let announcement = Announcement(
            line: "Pulse is serving \(statusFile) at \(url(port: server.port))")
        let services: [any Service] = [server, SecondSignal(), announcement]
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + observers.compactMap { $0 },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private func serverConfiguration() throws -> StatusServerConfiguration {
        var server = StatusServerConfiguration(statusFile: statusFile, limit: .raise())
        server.host = host
        server.port = port
        server.publicDirectory = try PublicDirectory.find(asked: publicDir)
        server.pollInterval = pollInterval.duration
        server.watchesDirectory = !noWatch
        server.staleAfter = staleAfter.duration
        server.heartbeatInterval = heartbeatInterval.duration
        if let maxStreams { server.maximumStreams = maxStreams }
        server.allowedHosts = allowedHosts
        server.corsOrigins = corsOrigins
        server.tokenFile = tokenFile
        server.allowsAnonymous = allowAnonymous
        if let tlsCertificate, let tlsKey { server.tlsFiles = (tlsCertificate, tlsKey) }
        return server
    }

    private func url(port: Int) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(tlsCertificate == nil ? "http" : "https")://\(name):\(port)/"
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
