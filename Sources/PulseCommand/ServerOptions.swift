public import ArgumentParser
public import Logging
import PulseClient
import PulseServer

/// The options of a server, shared by the commands that serve.
struct ServerOptions: ParsableArguments {
    @Option(
        help:
            """
            The address to listen on, or a name: each of its addresses. localhost is 127.0.0.1 and ::1. One that \
            others can reach needs a token, or --allow-anonymous.
            """
    )
    var host = "127.0.0.1"

    @Option(
        name: .shortAndLong, help: "The port to listen on; 0 picks a free one.",
        parse: NumberArgument.port)
    var port: UInt16 = 8080

    @Option(
        help: ArgumentHelp(
            """
            The path below which all is served, such as /pulse: for a proxy that passes it on. One that cuts it off \
            needs none.
            """, valueName: "path"), parse: BasePath.init(argument:))
    var basePath = BasePath.root

    @Option(
        help: "The directory of the TrainingPanel. (default: public, or the installed one)",
        completion: .directory)
    var publicDir: String?

    @Option(help: "How often the file, or the key, is polled.", parse: DurationArgument.parse)
    var pollInterval: DurationArgument = "2s"

    @Flag(help: "Don't be woken by changes: they are picked up at the next poll.")
    var noWatch = false

    @Option(
        help: """
            How long a running job may be silent before it counts as stale; three times its longest gap, if that \
            is more.
            """, parse: DurationArgument.parse)
    var staleAfter: DurationArgument = "5m"

    @Option(
        help: "How often each event stream gets a heartbeat.", parse: DurationArgument.parse)
    var heartbeatInterval: DurationArgument = "15s"

    @Option(
        help: "Maximum number of event streams. (default: from the limit of open files)",
        transform: NumberArgument.count(from: 1))
    var maxStreams: Int?

    @Option(
        name: .customLong("allowed-host"),
        help: """
            A host name by which requests may call this server, beside addresses, localhost and --host. Repeatable.
            """)
    var allowedHosts: [String] = []

    @Option(
        name: .customLong("cors-origin"),
        help: """
            An origin whose pages may read the answers, such as https://example.org, or '*'. Repeatable.
            """)
    var corsOrigins: [String] = []

    @Option(
        name: .customLong("frame-ancestor"),
        help: """
            An origin whose pages may show the panel in a frame, such as https://example.org, beside those of \
            --cors-origin; or '*'. Repeatable.
            """)
    var frameAncestors: [String] = []

    @Option(
        help: """
            A file whose first line is the token that clients must show: Authorization: Bearer TOKEN, or \
            /?token=TOKEN once in a browser.
            """, completion: .file())
    var tokenFile: String?

    @Flag(help: "Let everyone who can reach the address read without a token.")
    var allowAnonymous = false

    @Option(
        help: """
            A PEM file with the certificate chain, for HTTPS. It, its key and the token are read again when they \
            change.
            """, completion: .file())
    var tlsCertificate: String?

    @Option(help: "A PEM file with the certificate's key, for HTTPS.", completion: .file())
    var tlsKey: String?

    @Option(
        help: "Minimum log level. (default: info; beside a command warning)")
    var logLevel: Logger.Level?

    @Option(help: "How log lines look on stderr.")
    var logFormat: LogFormat = .text

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
        if let objection = HostName.objection(toListeningOn: host) {
            throw ValidationError(objection)
        }
        for host in allowedHosts where !HostName.isValid(host) {
            throw ValidationError(
                "--allowed-host '\(host)' can be the Host of no request: \(HostName.advice(for: host))."
            )
        }
        for origin in corsOrigins where !WebOrigin.isValid(origin) {
            throw ValidationError(
                "--cors-origin '\(origin)' is not a valid origin: write it like https://example.org:8443."
            )
        }
        for origin in frameAncestors where !FrameAncestor.isValid(origin) {
            throw ValidationError(
                "--frame-ancestor '\(origin)' is not a valid origin: write it like https://example.org:8443."
            )
        }
    }

    /// - Parameter defaultLevel: what is logged unless the user chose a level.
    func logger(defaultLevel: Logger.Level) -> Logger {
        logFormat.logger(level: logLevel ?? defaultLevel)
    }

    /// Where a browser finds the server.
    func url(port: Int) -> String {
        let address = HostPort(host: host, port: UInt16(clamping: port))
        return "\(tlsCertificate == nil ? "http" : "https")://\(address)\(basePath)"
    }

    func configuration(statusFile: String) throws -> StatusServerConfiguration {
        var server = StatusServerConfiguration(statusFile: statusFile, limit: .current)
        server.place = ServedPlace(.file, at: ArchivePlace.address(ofFile: statusFile))
        server.host = host
        server.port = port
        server.basePath = basePath
        let logger = logger(defaultLevel: .warning)
        server.publicDirectory = try PublicDirectory.find(
            asked: publicDir, onPass: { logger.warning("\($0)") })
        server.pollInterval = pollInterval.duration
        server.watchesDirectory = !noWatch
        server.staleAfter = staleAfter.duration
        server.heartbeatInterval = heartbeatInterval.duration
        if let maxStreams { server.maximumStreams = maxStreams }
        server.allowedHosts = allowedHosts
        server.corsOrigins = corsOrigins
        server.frameAncestors = frameAncestors
        server.tokenFile = tokenFile
        server.allowsAnonymous = allowAnonymous
        if let tlsCertificate, let tlsKey { server.tlsFiles = (tlsCertificate, tlsKey) }
        return server
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
