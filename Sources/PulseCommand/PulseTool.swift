import ArgumentParser
import PulseServer

/// The `pulse` binary: parses the command line and starts one command.
@main
struct PulseTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Truthful training status: from one small file to browser, curl and Prometheus.",
        discussion: """
            A training job writes a small status file. Pulse tells everyone what is in it, and whether it can be \
            believed:
              pulse serve --status-file run/status.json    in browsers, for scripts
              pulse watch run/status.json                  in this terminal
            """,
        version: PulseVersion.current,
        subcommands: [
            Serve.self, Watch.self, Write.self, Check.self, Doctor.self, Healthcheck.self,
        ])

    static func main() async {
        let settings = EnvironmentArguments(Array(CommandLine.arguments.dropFirst()))
        do {
            var command = try parseAsRoot(settings.arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // Who gave no such option looks for the mistake in the wrong place.
            if exitCode(for: error) == .validationFailure, !settings.variables.isEmpty {
                CommandOutput.error(
                    "set in the environment: \(settings.variables.joined(separator: " "))")
            }
            exit(withError: error)
        }
    }
}
