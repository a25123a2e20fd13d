import Dispatch
import Logging
import Pulse
import PulseServer
import ServiceLifecycle

/// A server beside a command: it runs until it is stopped, not until a signal.
struct EmbeddedServer: Sendable {
    private let server: StatusServer
    private let published: PublishedStatus
    private let group: ServiceGroup
    private let ended = DispatchSemaphore(value: 0)

    /// How long the final status may take to be published: longer than a poll of the file.
    private static let publishing = DispatchTimeInterval.seconds(3)

    /// Starts serving.
    ///
    /// - Parameter published: observes the server.
    init(server: StatusServer, published: PublishedStatus) {
        self.server = server
        self.published = published
        published.count { server.shownCount }
        let group = ServiceGroup(
            services: [server], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        self.group = group
        let ended = ended
        Task.detached {
            do {
                try await group.run()
            } catch {
                CommandOutput.error("the server has ended: \(error)")
            }
            ended.signal()
        }
    }

    /// How often it is looked whether somebody has come.
    private static let glance = Duration.milliseconds(200)
    /// What a page needs to ask for the rest, the curve among it.
    private static let look = Duration.seconds(2)

    /// Goes on serving the last state until somebody has asked for it, or the time is over.
    ///
    /// - Parameters:
    ///   - status: the last state.
    ///   - pause: waits, and says whether it is enough.
    func linger(
        showing status: TrainingStatus, atMost limit: Duration, pause: (Duration) -> Bool
    ) {
        published.wait(for: status, atMost: Self.publishing)
        let deadline = ContinuousClock.now + limit
        while server.shownCount == published.shownBefore {
            guard ContinuousClock.now < deadline, !pause(Self.glance) else { return }
        }
        _ = pause(Self.look)
    }

    /// Stops when this state, the last, is served to all who watch.
    func stop(showing status: TrainingStatus?) {
        if let status { published.wait(for: status, atMost: Self.publishing) }
        let group = group
        Task.detached { await group.triggerGracefulShutdown() }
        ended.wait()
    }
}
