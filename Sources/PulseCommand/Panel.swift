import Dispatch
import Glibc
import Logging
import Pulse
import PulseServer
import ServiceLifecycle

/// A server beside a command: it runs until it is stopped, not until a signal.
struct Panel: Sendable {
    private let server: StatusServer
    private let group: ServiceGroup
    private let ended = DispatchSemaphore(value: 0)

    /// How often, 20 ms apart, it is seen whether the last state is served yet: for longer than a
    /// poll of the file takes.
    private static let looks = 150

    /// Starts serving.
    init(server: StatusServer) {
        self.server = server
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

    /// Stops when all who watch have been told the end, which is this state.
    func stop(showing status: TrainingStatus?) {
        for _ in 0..<Self.looks where status != nil && server.status != status {
            usleep(20_000)
        }
        let group = group
        Task.detached { await group.triggerGracefulShutdown() }
        ended.wait()
    }
}
