internal import PulseMonitor
public import Logging
public import ServiceLifecycle
internal import MicroHTTPD

/// The whole server: composes the chain from sources to streams and runs it as services.
///
/// Listening begins in `init`, when the sources were polled once, so that no request is
/// ever answered without a state. ``run()`` must follow.
public struct StatusServer: Service {
    /// The port that is listened on.
    public let port: Int
    private let poller: StatusPoller
    private let http: HTTPService
    private let reloading: SettingsReload
    private let logger: Logger
    private let metrics: Metrics

    /// How often a client has asked for the run's state and got it.
    ///
    /// That is its status, progress or curve, or a stream; what metrics and health checks ask is not.
    public var shownCount: Int { metrics.shownCount }

    /// Liveness is judged this often at least, however seldom the source is polled.
    private static let longestTick = Duration.seconds(2)

    /// - Throws: ``ServerError``.
    public init(configuration: StatusServerConfiguration, logger: Logger) throws(ServerError) {
        try self.init(configuration: configuration, clock: .system, logger: logger)
    }

    init(configuration: StatusServerConfiguration, clock: MonitorClock, logger: Logger)
        throws(ServerError)
    {
        let sockets = try configuration.listen()
        let settings = try FileSettings(configuration)
        let policy = try AccessPolicy(
            configuration, token: settings.token, isLoopback: sockets.areLoopback)
        let files = try configuration.publicFiles()
        let source = configuration.runsSource
        let streams = StreamCount()
        let heads = StreamHeads(
            limit: configuration.maximumStreams, streams: streams, policy: policy)
        let origin = RunOrigin(
            staleAfter: configuration.staleAfter,
            tick: min(configuration.pollInterval, Self.longestTick),
            pollInterval: configuration.pollInterval, policy: policy, heads: heads,
            streams: streams, clock: clock, logger: logger, observers: configuration.observers,
            expectsSources: configuration.expectsStatusFile, teller: configuration.teller,
            archive: configuration.archive,
            namesRuns: configuration.runs != nil)
        let first = Self.followers(source.poll(), origin)
        let table = first.table
        configuration.archive?.follow { table.take($0) }
        let health = Health(policy: policy, clock: clock)
        metrics = Metrics()
        let routes = Routes(
            table: table,
            page: MetricsPage(
                table: table, metrics: metrics, isArchiveUp: configuration.isArchiveUp,
                certificate: settings.certificate),
            about: AboutPage(
                table: table, configuration: configuration,
                showsPaths: configuration.showsPaths(isLoopback: sockets.areLoopback),
                policy: policy),
            health: health, metrics: metrics, archive: configuration.archive, policy: policy,
            below: configuration.basePath, files: files)
        let daemonConfiguration = try configuration.daemon(settings, policy)
        let daemon: Daemon
        do throws(MicroHTTPDError) {
            daemon = try Daemon(on: sockets, configuration: daemonConfiguration) { message in
                // Any client can provoke as many of its kind as it likes.
                logger.log(
                    level: message.isAboutClient ? .debug : .warning,
                    "libmicrohttpd: \(message.text)")
            } handler: { request in
                routes.answer(request)
            }
        } catch {
            throw .cannotListen(error.description)
        }
        port = Int(daemon.port)
        reloading = settings.reload(
            policy: policy, daemon: daemon, now: { clock.unixTime }, logger: logger)
        http = HTTPService(
            daemon: daemon, table: table, health: health, clock: clock,
            heartbeat: configuration.heartbeatInterval)
        poller = StatusPoller(
            source: source, origin: origin, first: first.followers, table: table, health: health)
        self.logger = logger
    }

    /// Reads the certificate, its key and the token again, and logs what came of it.
    ///
    /// They are read anyway when their files change; what can't be used leaves the old ones.
    public func reload() {
        reloading.ask()
    }

    /// Follows what the first poll has found, and lists it.
    private static func followers(
        _ delivery: RunsDelivery, _ origin: RunOrigin
    ) -> (followers: [SourceName: RunFollower], table: RunTable) {
        var followers: [SourceName: RunFollower] = [:]
        followers.reserveCapacity(delivery.sources.count)
        for source in delivery.sources {
            guard let first = source.delivery else { continue }
            followers[source.name] = origin.follower(
                of: source.name, label: source.label, first: first)
        }
        let front =
            origin.namesRuns ? origin.nobody() : followers.values.first ?? origin.nobody()
        let table = RunTable(
            front: front.resource, isSingle: !origin.namesRuns, heads: origin.heads,
            streams: origin.streams)
        if let skipped = delivery.skipped { table.skipped = skipped }
        // The one that began last comes last, and is in front.
        for follower in followers.values.sorted(by: {
            $1.resource.item.place < $0.resource.item.place
        }) {
            table.take(
                follower.resource, item: follower.resource.item, begins: follower.hasBegun)
        }
        return (followers, table)
    }

    /// Runs until a graceful shutdown: the daemon stops before the poller does.
    public func run() async throws {
        try await ServiceGroup(services: [poller, http, reloading], logger: logger).run()
    }
}

extension StatusServer: NamedService {
    /// Its name, and nothing of what it serves.
    public var description: String { "StatusServer" }
}
