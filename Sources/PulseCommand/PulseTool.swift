import ArgumentParser
import Dispatch
import Logging
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
            Serve.self, Run.self, Relay.self, Watch.self, Runs.self, Write.self, Check.self,
            Doctor.self, Healthcheck.self,
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
        let arguments = accepted { () throws(ProcessText.NotUTF8) in try ProcessText.arguments() }
        // No command for people: `pulse run` starts this behind the output of its own.
        if arguments == [OutputRelay.commandName] { return OutputRelay.run() }
        // Not for `pulse run`, which passes a closed descriptor on as it is.
        if ["serve", "relay"].contains(arguments.first) {
            StandardDescriptors.fill(isInherited: true)
        }
        let settings = EnvironmentArguments(arguments)
        accepted { () throws(ProcessText.NotUTF8) in
            try ProcessText.check(
                variables: settings.variables.map { String($0.prefix { $0 != "=" }) })
        }
        do {
            var command = try parseAsRoot(settings.arguments)
            log(settings.foreign.map(\.description), of: command)
            guard let command = command as? any AsyncParsableCommand else {
                return try command.run()
            }
            try (command as? any PreparedCommand)?.prepare()
            start(command)
        } catch {
            if let name = arguments.first, let meant = Self.command(meantBy: name) {
                CommandOutput.error("there is no command '\(name)': did you mean 'pulse \(meant)'?")
                exit(withError: ExitCode.validationFailure)
            }
            // Who gave no such option looks for the mistake in the wrong place.
            if exitCode(for: error) == .validationFailure, !settings.variables.isEmpty {
                CommandOutput.error(
                    "set in the environment: \(settings.variables.joined(separator: " "))")
            }
            exit(withError: error)
        }
    }

    /// The command that is spelt nearly so; nil for one that there is, and for what is like none.
    private static func command(meantBy name: String) -> String? {
        let names = configuration.subcommands.map { $0._commandName }
        guard !names.contains(name), !name.hasPrefix("-"), name.utf8.count <= 16 else { return nil }
        let ranked = names.map { (changes: EditDistance.of(name.lowercased(), $0), name: $0) }
        guard let nearest = ranked.min(by: { $0.changes < $1.changes }),
            nearest.changes <= 2 && 2 * nearest.changes < nearest.name.utf8.count
        else { return names.first { name.utf8.count > 1 && $0.hasPrefix(name) } }
        return nearest.name
    }

    /// Ends the process as a wrong option does when a text can't be taken as it is.
    private static func accepted<Value>(_ value: () throws(ProcessText.NotUTF8) -> Value) -> Value {
        do {
            return try value()
        } catch {
            CommandOutput.error(error.description)
            exit(withError: ExitCode.validationFailure)
        }
    }

    /// Writes lines to know, into the log where the command has one.
    ///
    /// Those of `pulse doctor` are findings.
    private static func log(_ lines: [String], of command: any ParsableCommand) {
        if command is Doctor { return }
        let logger = (command as? any LoggedCommand)?.logger
        for line in lines {
            if let logger { logger.warning("\(line)") } else { CommandOutput.note(line) }
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

/// A command with a log of its own.
protocol LoggedCommand {
    var logger: Logger { get }
}
