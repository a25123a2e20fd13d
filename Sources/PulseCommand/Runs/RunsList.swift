import ArgumentParser
import PulseMonitor

/// `pulse runs list`: one line a run.
struct RunsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the runs, newest start first.")

    @OptionGroup
    var choice: ArchiveChoice

    @Flag(help: "Print each run as one line of JSON.")
    var json = false

    func run() throws {
        let runs = try choice.runs().runs
        if json { return runs.forEach { CommandOutput.line($0.document) } }
        guard !runs.isEmpty else { return CommandOutput.note("the archive has no runs") }
        for line in ArchivedRunText.table(of: runs) { CommandOutput.line(line) }
    }
}

/// `pulse runs show`: one run.
struct RunsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one run.")

    @OptionGroup
    var choice: ArchiveChoice

    @Argument(help: "The run's id, as pulse runs list shows it.")
    var id: String

    @Flag(help: "Print it as one line of JSON.")
    var json = false

    func run() throws {
        for run in try choice.runs([id]) {
            if json { return CommandOutput.line(run.document) }
            for line in ArchivedRunText.lines(of: run) { CommandOutput.line(line) }
        }
    }
}
