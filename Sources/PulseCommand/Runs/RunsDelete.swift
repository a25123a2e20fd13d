import ArgumentParser
import PulseArchive

/// `pulse runs delete`: for good.
struct RunsDelete: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete runs and their curves, for good.",
        discussion: """
            A run that is the current one of its source is not deleted. All runs are deleted, or none. A server \
            that lists them notices within a few seconds.
            """)

    @OptionGroup
    var choice: ArchiveChoice

    @Argument(help: "The ids of the runs, as pulse runs list shows them.")
    var ids: [String]

    func run() throws {
        let runs = try choice.runs(ids)
        try ArchiveChoice.reading { try ArchiveEraser.delete(runs, from: try choice.path()) }
        CommandOutput.note("\(runs.count) \(runs.count == 1 ? "run is" : "runs are") deleted")
    }
}
