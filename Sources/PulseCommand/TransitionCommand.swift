import PulseMonitor
import Logging
import ServiceLifecycle
import Subprocess
import SystemPackage

/// `--on-transition`: runs the user's command once for each transition of a run.
///
/// The server never waits for it: transitions queue up, one command runs at a time, and each has its
/// time. A queue that is full drops the oldest: the newest is the one that matters.
struct TransitionCommand: RunObserver, Service {
    private typealias Queued = (transition: RunTransition, view: RunView)

    private let command: String
    private let logger: Logger
    private let timeLimit: Duration
    private let reaper: OrphanReaper?
    private let transitions: AsyncStream<Queued>
    private let queue: AsyncStream<Queued>.Continuation

    /// Transitions that may wait: more than a run has in its whole life.
    private static let queueLimit = 16
    /// Between asking a command to end and ending it.
    private static let grace = Duration.seconds(1)

    /// - Parameters:
    ///   - timeLimit: how long each run of the command may take.
    ///   - reaper: waits for what a command leaves behind, while none runs.
    init(
        _ command: String, logger: Logger, timeLimit: Duration = .seconds(30),
        reaper: OrphanReaper? = nil
    ) {
        self.reaper = reaper
        self.command = command
        self.logger = logger
        self.timeLimit = timeLimit
        (transitions, queue) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(Self.queueLimit))
    }

    func observe(_ events: [RunEvent], _ view: RunView) {
        for transition in RunTransition.of(events) {
            queue.yield((transition, view))
        }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            var lastFailure: String?
            for await queued in transitions where !Task.isShuttingDownGracefully {
                let failure = await cancelWhenGracefulShutdown { await self.failure(of: queued) }
                // A command that fails the same way each time is reported once.
                if let failure, failure != lastFailure {
                    logger.warning("--on-transition: \(failure) at \(queued.transition.rawValue)")
                }
                lastFailure = failure
            }
        } onGracefulShutdown: {
            queue.finish()
        }
    }

    /// What went wrong with the command at one transition; nil when all went well.
    private func failure(of queued: Queued) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await outcome(of: queued) }
            group.addTask {
                try? await Task.sleep(for: timeLimit)
                return Task.isCancelled ? nil : "the command took over \(timeLimit)"
            }
            let first = await group.next() ?? nil
            // Ends what still runs of the command, with all that it started.
            group.cancelAll()
            return first
        }
    }

    private func outcome(of queued: Queued) async -> String? {
        reaper?.pause()
        defer { reaper?.resume() }
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command],
                environment: .inherit.updating(
                    TransitionEnvironment.variables(of: queued.transition, queued.view)),
                platformOptions: options, output: .discarded, error: .discarded)
            switch result.terminationStatus {
            case .exited(0): return nil
            case .exited(let code): return "the command ended with exit code \(code)"
            case .signaled(let number): return "the command was ended by signal \(number)"
            }
        } catch {
            return "the command could not be run: \(error)"
        }
    }
}
