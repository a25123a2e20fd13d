import ArgumentParser
import Testing

@testable import PulseCommand

/// What a newcomer reads first.
@Suite("Help")
struct HelpTests {
    static let commands: [any ParsableCommand.Type] =
        [PulseTool.self]
        + PulseTool.configuration.subcommands.filter { $0.configuration.shouldDisplay }

    private func help(_ command: any ParsableCommand.Type) -> [String] {
        PulseTool.helpMessage(for: command, includeHidden: false, columns: 80)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Each option's and argument's lines, put together.
    private func entries(_ lines: [String]) -> [String] {
        var entries: [String] = []
        for line in lines.drop(while: { !["ARGUMENTS:", "OPTIONS:"].contains($0) }) {
            if line.hasPrefix("  -") || line.hasPrefix("  <") {
                entries.append(line)
            } else if line.hasPrefix("      "), !entries.isEmpty {
                entries[entries.count - 1] += " " + line.drop { $0 == " " }
            }
        }
        return entries
    }

    @Test("says what each command does, and fits 80 columns", arguments: 0..<commands.count)
    func form(_ index: Int) {
        let command = Self.commands[index]
        let lines = help(command)
        #expect(!command.configuration.abstract.isEmpty)
        #expect(!command.configuration.discussion.isEmpty)
        for line in lines where !line.hasPrefix("USAGE:") {
            #expect(line.count <= 80, "\(line)")
        }
    }

    @Test(
        "explains every option, and shows its default where it has one",
        arguments: 0..<commands.count)
    func options(_ index: Int) {
        for entry in entries(help(Self.commands[index])) {
            // `--version  Show the version.` is the shortest.
            #expect(entry.split(separator: " ").count > 3, "\(entry)")
        }
    }

    @Test(
        "shows the defaults as they are typed",
        arguments: [
            ("serve", "--status-file", "status.json"), ("serve", "--host", "127.0.0.1"),
            ("serve", "--port", "8080"), ("serve", "--poll-interval", "2s"),
            ("serve", "--stale-after", "5m"), ("serve", "--heartbeat-interval", "15s"),
            ("serve", "--public-dir", "public"), ("serve", "--max-streams", "from the limit"),
            ("serve", "--log-level", "info"), ("serve", "--log-format", "text"),
            ("write", "--epoch", "0.0"), ("write", "--total-epochs", "0.0"),
            ("write", "--loss", "0.0"), ("write", "--message", "\"Waiting to start...\""),
            ("watch", "--poll-interval", "2s"), ("watch", "--stale-after", "5m"),
            ("doctor", "--status-file", "status.json"), ("doctor", "--observe", "3s"),
            ("doctor", "--host", "127.0.0.1"), ("doctor", "--port", "8080"),
            ("relay", "--status-file", "status.json"), ("relay", "--poll-interval", "2s"),
            ("relay", "--log-level", "info"), ("relay", "--log-format", "text"),
            ("healthcheck", "--port", "8080"), ("healthcheck", "--host", "127.0.0.1"),
        ])
    func defaults(_ command: String, _ option: String, _ value: String) throws {
        let type = try #require(Self.commands.first { $0._commandName == command })
        let entry = try #require(entries(help(type)).first { $0.contains("\(option) <") })
        let tail = try #require(entry.firstRange(of: "default: ").map { entry[$0.upperBound...] })
        #expect(tail.hasPrefix(value), "\(entry)")
    }

    @Test("lists every command in the first help")
    func overview() {
        let text = help(PulseTool.self).joined(separator: "\n")
        for command in Self.commands.dropFirst() {
            #expect(text.contains("\n  \(command._commandName) "))
        }
    }
}
