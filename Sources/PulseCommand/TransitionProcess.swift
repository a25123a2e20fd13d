import Subprocess
import SystemPackage

/// One run of the user's command: a shell, with all that it starts.
struct TransitionProcess {
    /// What came of it.
    enum Outcome: Sendable, Equatable {
        case succeeded
        /// Why, for a person.
        case failed(String)
        /// This task was cancelled before it had ended.
        case interrupted
    }

    let command: String
    let timeLimit: Duration

    /// Between asking a command to end and ending it.
    private static let grace = Duration.seconds(1)

    /// Runs it to its end, or to that of its time.
    ///
    /// - Parameter variables: what it finds in its environment, beside that of this process.
    func run(_ variables: [String: String]) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask { await outcome(variables) }
            group.addTask {
                try? await Task.sleep(for: timeLimit)
                return Task.isCancelled
                    ? .interrupted : .failed("the command took over \(timeLimit)")
            }
            let first = await group.next() ?? .interrupted
            // Ends what still runs of the command, with all that it started.
            group.cancelAll()
            return first
        }
    }

    private func outcome(_ variables: [String: String]) async -> Outcome {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        var environment: [Environment.Key: String?] = [:]
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { environment[key] = value }
        }
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command],
                environment: .inherit.updating(environment), platformOptions: options,
                output: .discarded, error: .discarded)
            // One that was asked to end may do that with 0.
            guard !Task.isCancelled else { return .interrupted }
            switch result.terminationStatus {
            case .exited(0): return .succeeded
            case .exited(let code): return .failed("the command ended with exit code \(code)")
            case .signaled(let number):
                return .failed("the command was ended by signal \(number)")
            }
        } catch {
            return Task.isCancelled
                ? .interrupted : .failed("the command could not be run: \(error)")
        }
    }
}
