internal import PulseMonitor
public import Logging
public import ServiceLifecycle
internal import MicroHTTPD

/// The whole server: composes the chain of one run and runs it as services.
///
/// Listening begins in `init`, when the source was polled once, so that no request is
/// ever answered without a state. ``run()`` must follow.
public struct StatusServer: Service {
    /// The port that is listened on.
    public let port: Int
    private let store: StatusStore
    private let poller: StatusPoller
    private let http: HTTPService
    private let reloading: SettingsReload
    private let logger: Logger

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
        let source = configuration.statusSource
        let tick = min(configuration.pollInterval, Self.longestTick)
        let now = clock.now
        let ids = EventIDs()
        let hub = EventHub(limit: configuration.maximumStreams, policy: policy, ids: ids)
        let chain = SnapshotChain(
            monitor: RunMonitor(
                (source.name, source.label), staleAfter: configuration.staleAfter, tick: tick,
                pollInterval: configuration.pollInterval, at: now, wallClock: clock.unixTime),
            ids: ids, policy: policy, first: source.poll(), at: now, wallClock: clock.unixTime)
        store = StatusStore(chain.snapshot, chain.counts)
        hub.publish(chain.snapshot)
        let health = Health(policy: policy, clock: clock)
        let metrics = Metrics()
        let routes = Routes(
            store: store, hub: hub, page: MetricsPage(store: store, hub: hub, metrics: metrics),
            health: health, metrics: metrics, policy: policy, files: files)
        do {
            let daemon = try Daemon(
                on: sockets, configuration: try configuration.daemon(tls: settings.tls)
            ) {
                message in
                // Any client can provoke as many of its kind as it likes.
                logger.log(
                    level: message.isAboutClient ? .debug : .warning,
                    "libmicrohttpd: \(message.text)")
            } handler: { request in
                routes.answer(request)
            }
            port = Int(daemon.port)
            settings.warn(at: clock.unixTime, logger: logger)
            reloading = settings.reload(
                policy: policy, daemon: daemon, now: { clock.unixTime }, logger: logger)
            http = HTTPService(
                daemon: daemon, hub: hub, health: health, clock: clock,
                heartbeat: configuration.heartbeatInterval)
        } catch let error as MicroHTTPDError {
            throw .cannotListen(error.description)
        } catch let error as ServerError {
            throw error
        } catch {
            throw .cannotListen("\(error)")
        }
        poller = StatusPoller(
            source: source, chain: chain, store: store, hub: hub, health: health,
            clock: clock, tick: tick,
            observers: [RunLog(logger: logger)] + configuration.observers)
        self.logger = logger
    }

    /// Reads the certificate, its key and the token again, and logs what came of it.
    ///
    /// They are read anyway when their files change; what can't be used leaves the old ones.
    public func reload() {
        reloading.ask()
    }

    /// Runs until a graceful shutdown: the daemon stops before the poller does.
    public func run() async throws {
        try await ServiceGroup(services: [poller, http, reloading], logger: logger).run()
    }
}
