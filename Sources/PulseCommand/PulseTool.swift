import ArgumentParser
import PulseServer

/// The `pulse` binary: parses the command line and starts one command.
@main
struct PulseTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Truthful training status: from one small file to browser, curl and Prometheus.",
        discussion: """
            A training job writes a PULSE v1 file; `pulse serve` tells everyone what is in it, and whether it \
            can be believed.
            """,
        version: PulseVersion.current,
        subcommands: [Serve.self, Write.self, Check.self, Healthcheck.self])

    static func main() async {
        let arguments = EnvironmentArguments.adding(to: Array(CommandLine.arguments.dropFirst()))
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
