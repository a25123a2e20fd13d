import Dispatch
import Logging
import Pulse
import PulseServer
import ServiceLifecycle

/// A server beside a command: it runs until it is stopped, not until a signal.
struct EmbeddedServer: Sendable {
    private let published: PublishedStatus
    private let group: ServiceGroup
    private let ended = DispatchSemaphore(value: 0)

    /// How long the final status may take to be published: longer than a poll of the file.
    private static let publishing = DispatchTimeInterval.seconds(3)

    /// Starts serving.
    ///
    /// - Parameter published: observes the server.
    init(server: StatusServer, published: PublishedStatus) {
        self.published = published
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

    /// Stops when this state, the last, is served to all who watch.
    func stop(showing status: TrainingStatus?) {
        if let status { published.wait(for: status, atMost: Self.publishing) }
        let group = group
        Task.detached { await group.triggerGracefulShutdown() }
        ended.wait()
    }
}
