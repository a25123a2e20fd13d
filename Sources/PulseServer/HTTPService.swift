internal import PulseMonitor
internal import MicroHTTPD
internal import ServiceLifecycle

/// The daemon as a service: heartbeats and deadlines while it runs, and the order of stopping.
struct HTTPService: NamedService {
    private let daemon: Daemon
    private let table: RunTable
    private let health: Health
    private let clock: MonitorClock
    private let heartbeat: Duration

    /// How long streams may take to end at shutdown; those that don't read are cut off then.
    private static let drainTime = Duration.seconds(2)
    private static let drainStep = Duration.milliseconds(10)

    init(daemon: Daemon, table: RunTable, health: Health, clock: MonitorClock, heartbeat: Duration)
    {
        self.daemon = daemon
        self.table = table
        self.health = health
        self.clock = clock
        self.heartbeat = heartbeat
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await every(heartbeat) { beat() } }
                group.addTask { await every(.seconds(1)) { daemon.shutDownOverdueConnections() } }
            }
        }
        await stop()
    }

    /// A heartbeat says that what was sent is still true, which a stalled server doesn't know.
    private func beat() {
        if health.stalledAnswer == nil { table.beat(timestamp: clock.unixTime) }
    }

    /// Refuses new streams, ends the open ones, waits for their final chunks, stops the daemon.
    private func stop() async {
        health.beginStopping()
        table.finish()
        let deadline = ContinuousClock.now + Self.drainTime
        while table.openStreams > 0, ContinuousClock.now < deadline {
            // The task is cancelled by now, so that `Task.sleep` wouldn't wait in it.
            await Task { try? await Task.sleep(for: Self.drainStep) }.value
        }
        daemon.stop()
    }

    private func every(_ interval: Duration, _ action: () -> Void) async {
        while (try? await Task.sleep(for: interval)) != nil {
            action()
        }
    }
}
