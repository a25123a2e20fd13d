internal import PulseMonitor
public import Logging
public import Pulse
public import ServiceLifecycle
internal import MicroHTTPD

/// The whole server: composes the chain of one run and runs it as services.
///
/// Listening begins in `init`, when the first look at the source is done, so that no request is
/// ever answered without a state. ``run()`` must follow.
public struct StatusServer: Service {
    /// The port that is listened on.
    public let port: Int
    private let store: StatusStore
    private let poller: StatusPoller
    private let http: HTTPService
    private let logger: Logger

    /// Liveness is judged this often at least, however seldom the file is looked at.
    private static let longestTick = Duration.seconds(2)

    /// - Throws: ``ServerError``.
    public init(configuration: StatusServerConfiguration, logger: Logger) throws(ServerError) {
        try self.init(configuration: configuration, clock: .system, logger: logger)
    }

    init(configuration: StatusServerConfiguration, clock: MonitorClock, logger: Logger)
        throws(ServerError)
    {
        let policy = try AccessPolicy(configuration)
        let files = try configuration.publicFiles()
        let source = configuration.lookedAtSource(clock: clock)
        let ids = EventIDs()
        let hub = EventHub(limit: configuration.maximumStreams, policy: policy, ids: ids)
        let chain = SnapshotChain(
            monitor: RunMonitor(staleAfter: configuration.staleAfter, startTime: clock.unixTime),
            ids: ids, policy: policy, report: source.report, at: clock.now,
            wallClock: clock.unixTime)
        store = StatusStore(chain.snapshot)
        hub.publish(chain.snapshot)
        let health = Health(policy: policy, clock: clock)
        let metrics = Metrics()
        let routes = Routes(
            store: store, hub: hub, page: MetricsPage(source: source, hub: hub, metrics: metrics),
            health: health, metrics: metrics, policy: policy, files: files)
        do {
            let daemon = try Daemon(configuration: try configuration.daemon()) { message in
                // Any client can provoke as many of its kind as it likes.
                logger.log(
                    level: message.isAboutClient ? .debug : .warning,
                    "libmicrohttpd: \(message.text)")
            } handler: { request in
                routes.answer(request)
            }
            port = Int(daemon.port)
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
            clock: clock,
            tick: min(configuration.pollInterval, Self.longestTick),
            observers: [RunLog(logger: logger)] + configuration.observers)
        self.logger = logger
    }

    /// The state that is served; nil while there is none to serve.
    public var status: TrainingStatus? { store.snapshot.view.status }

    /// Runs until a graceful shutdown: the daemon stops before the poller does.
    public func run() async throws {
        try await ServiceGroup(services: [poller, http], logger: logger).run()
    }
}
