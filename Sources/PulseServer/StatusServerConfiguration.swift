public import PulseMonitor
internal import Glibc
internal import MicroHTTPD

/// Everything that can be set on a ``StatusServer``.
///
/// The defaults are safe: loopback only, no CORS.
public struct StatusServerConfiguration: Sendable {
    /// The status file; it need not exist yet.
    public var statusFile: String
    /// What is served, for whoever asks where it is: the file unless told otherwise.
    public var place: ServedPlace
    /// Where the documents come from instead of the file.
    public var source: (any StatusSource)?
    /// What the runs of the file are called; nil calls them after it.
    public var name: SourceName?
    /// Where the documents of many runs come from instead of the file.
    public var runs: (any RunsSource)?
    /// An IP literal or a name of this machine, whose addresses are all listened on.
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port: UInt16 = 8080
    /// The path below which all is served.
    public var basePath = BasePath.root
    /// The panel's directory; nil serves no files.
    public var publicDirectory: String?
    /// How often the source is polled.
    public var pollInterval = Duration.seconds(2)
    /// Whether inotify wakes the poll at once.
    public var watchesDirectory = true
    /// How long a running job may be silent at least before it counts as stale.
    public var staleAfter = Duration.seconds(300)
    /// How often every stream gets a heartbeat, which also finds dead clients.
    public var heartbeatInterval = Duration.seconds(15)
    /// Event streams at most.
    public var maximumStreams: Int
    /// What follows from the descriptors that the process may open.
    public var limit: DescriptorLimit
    /// Host names that requests may use, beside IP literals, `localhost`, and ``host``.
    public var allowedHosts: [String] = []
    /// Origins that CORS lets in, or `*`.
    public var corsOrigins: [String] = []
    /// Origins whose pages may show the panel in a frame, beside ``corsOrigins`` and the server's own,
    /// or `*`.
    public var frameAncestors: [String] = []
    /// A file that holds the access token.
    public var tokenFile: String?
    /// Whether an address that others can reach may be served without a token.
    public var allowsAnonymous = false
    /// PEM files of certificate and key, for HTTPS.
    public var tlsFiles: (certificate: String, key: String)?

    /// Whether somebody is about to write the file: that it isn't there yet is then no warning.
    public var expectsStatusFile = false
    /// Who else is told of the run.
    public var observers: [any RunObserver] = []

    /// Is told of the transitions of runs that nobody keeps: whoever keeps them tells of them by itself.
    package var teller: (any RunObserver)?
    /// Keeps the runs beyond the life of this server.
    package var archive: (any RunArchive)?
    /// Whether the runs are to be kept: where that can't be, the metrics say so.
    package var wantsArchive = false
    /// Where the archive is, or should be.
    package var archivePath: String?

    /// Makes a configuration with the defaults.
    public init(statusFile: String, limit: DescriptorLimit) {
        self.statusFile = statusFile
        place = ServedPlace(.file, at: statusFile)
        self.limit = limit
        maximumStreams = limit.defaultStreams
    }
}

/// Why a server can't start.
///
/// Each is one clear line.
public enum ServerError: Error, Sendable, CustomStringConvertible {
    /// A setting that can't work, or a file that one names and that can't be used.
    case configuration(String)
    /// The address can't be listened on.
    case cannotListen(String)
    /// Another server listens on the port already.
    case portTaken(String)

    /// The line for a person.
    public var description: String {
        switch self {
        case .configuration(let text), .cannotListen(let text), .portTaken(let text): text
        }
    }
}

extension StatusServerConfiguration {
    /// Whether the archive is written as it should be; nil where none was asked for.
    var isArchiveUp: (@Sendable () -> Bool)? {
        guard wantsArchive else { return nil }
        return { [archive] in archive?.isUp ?? false }
    }

    /// Whether those who may ask may know where things lie.
    ///
    /// They have shown a token, or are on this machine: behind a proxy, which needs an allowed host,
    /// every peer seems to be.
    func showsPaths(isLoopback: Bool) -> Bool {
        tokenFile != nil || isLoopback && allowedHosts.isEmpty
    }

    /// The sources to serve: the file unless there is another, or several.
    var runsSource: any RunsSource { runs ?? SingleSource(statusSource) }

    /// The source to serve where there is one: the file unless there is another.
    private var statusSource: any StatusSource {
        source
            ?? FileSource(
                path: statusFile, name: name, pollInterval: pollInterval,
                watches: watchesDirectory)
    }

    /// - Throws: ``ServerError`` when no address of the host can be listened on.
    func listen() throws(ServerError) -> ListenSockets {
        do {
            return try ListenSockets(host: host, port: port)
        } catch {
            throw Self.error(of: error)
        }
    }

    private static func error(of error: MicroHTTPDError) -> ServerError {
        error.errno == EADDRINUSE ? .portTaken(error.description) : .cannotListen(error.description)
    }

    func publicFiles() throws(ServerError) -> [StaticFiles.File] {
        guard let publicDirectory else { return [] }
        do {
            return try StaticFiles(directory: publicDirectory).files
        } catch {
            throw .configuration(error.description)
        }
    }

    func daemon(_ settings: FileSettings, _ policy: AccessPolicy) throws(ServerError)
        -> DaemonConfiguration
    {
        guard maximumStreams <= limit.streams else {
            throw .configuration(
                "\(maximumStreams) streams need more than the \(limit.descriptors) descriptors that this process "
                    + "may open: \(limit.streams) at most")
        }
        var daemon = DaemonConfiguration(
            host: host, port: port, connectionLimit: limit.connections(forStreams: maximumStreams))
        daemon.tls = settings.tls
        daemon.addAnswerMemory(policy.answerMemory)
        return daemon
    }
}

extension AccessPolicy {
    /// - Parameter isLoopback: whether only this machine can reach what is listened on, which its
    ///   name doesn't tell: `127.lan` may be any address.
    init(_ configuration: StatusServerConfiguration, token: AccessToken?, isLoopback: Bool)
        throws(ServerError)
    {
        guard isLoopback || token != nil || configuration.allowsAnonymous else {
            throw .configuration(
                "\(configuration.host) can be reached by others: give --token-file, or say --allow-anonymous"
            )
        }
        self.init(
            allowedHosts: configuration.allowedHosts + [configuration.host],
            corsOrigins: configuration.corsOrigins,
            frameAncestors: configuration.frameAncestors, token: token)
    }
}
