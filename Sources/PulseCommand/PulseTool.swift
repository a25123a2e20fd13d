import ArgumentParser
import Dispatch
import PulseRun
import Pulse

/// The `pulse` binary: parses the command line and starts one command.
@main
struct PulseTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Truthful training status: from one small file to browser, curl and Prometheus.",
        discussion: """
            A training job writes a small status file. Pulse shows everyone what is in it, and whether it is \
            current:
              pulse serve --status-file run/status.json    in browsers, for scripts
              pulse watch run/status.json                  in this terminal
              pulse run --serve -- python train.py         with a training that writes none
            """,
        version: PulseVersion.current,
        subcommands: [
            Serve.self, Run.self, Relay.self, Watch.self, Write.self, Check.self, Doctor.self,
            Healthcheck.self,
        ])

    /// Not asynchronous itself: the main thread of an asynchronous `main` waits in `dispatchMain`,
    /// with no signal blocked, and `pulse run` must have its signals to itself.
    static func main() {
        // The runtime finds them through /proc/self. Where it can't, there is not even the program's
        // name, and help with exit code 0 is no answer to `pulse serve`.
        if CommandLine.arguments.isEmpty {
            CommandOutput.error("the system doesn't tell the arguments of this process")
            exit(withError: ExitCode.failure)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        // No command for people: `pulse run` starts this behind the output of its own.
        if arguments == [OutputRelay.commandName] { return OutputRelay.run() }
        // Not for `pulse run`, which passes a closed descriptor on as it is.
        if ["serve", "relay"].contains(arguments.first) {
            StandardDescriptors.fill(isInherited: true)
        }
        let settings = EnvironmentArguments(arguments)
        do {
            var command = try parseAsRoot(settings.arguments)
            guard let command = command as? any AsyncParsableCommand else {
                return try command.run()
            }
            try (command as? any PreparedCommand)?.prepare()
            start(command)
        } catch {
            // Who gave no such option looks for the mistake in the wrong place.
            if exitCode(for: error) == .validationFailure, !settings.variables.isEmpty {
                CommandOutput.error(
                    "set in the environment: \(settings.variables.joined(separator: " "))")
            }
            exit(withError: error)
        }
    }

    /// Runs a command on other threads, and ends the process with it.
    private static func start(_ command: sending any AsyncParsableCommand) -> Never {
        var command = command
        Task.detached {
            do {
                try await command.run()
                exit()
            } catch {
                exit(withError: error)
            }
        }
        dispatchMain()
    }
}
