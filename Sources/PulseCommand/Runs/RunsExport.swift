import ArgumentParser
import Glibc
import Pulse
import PulseArchive
import PulseMonitor
import PulseServer

/// `pulse runs export`: each curve as a file.
struct RunsExport: ParsableCommand {
    /// What a file holds.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, json
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the curves of runs into files, one a run.",
        discussion: """
            A file is called like its run: bert@1732800000.csv has the columns timestamp, epoch and loss, \
            and what PULSE v2 tells of each point; bert@1732800000.json has what pulse runs show prints, and the curve. Files of these names are \
            replaced.
            """)

    @OptionGroup
    var choice: ArchiveChoice

    @Argument(help: "The ids of the runs. (default: all)")
    var ids: [String] = []

    @Option(
        help: ArgumentHelp(
            "The directory to write into; it is made when it isn't there.", valueName: "directory"),
        completion: .directory)
    var to: String

    @Option(help: "What to write: csv or json.")
    var format = Format.csv

    func validate() throws {
        if to.isEmpty { throw ValidationError("--to must not be empty.") }
    }

    func run() throws {
        let runs = ids.isEmpty ? try choice.runs().runs : try choice.runs(ids)
        let reader = try ArchiveChoice.reading { try ArchiveReader(path: try choice.path()) }
        _ = unsafe mkdir(to, 0o777)
        // Sources in different places may have the same name.
        var names: [String: Int] = [:]
        for run in runs {
            let id = run.id.description
            names[id, default: 0] += 1
            let name = names[id] == 1 ? id : "\(id)-\(names[id] ?? 0)"
            let curve = try ArchiveChoice.reading { try reader.curve(of: run) }
            try write(content(run, curve), to: "\(to)/\(name).\(format.rawValue)")
        }
        CommandOutput.note("\(runs.count) \(runs.count == 1 ? "run" : "runs") in \(to)")
    }

    private func content(_ run: ArchivedRun, _ curve: RunHistory) -> [UInt8] {
        switch format {
        case .csv: return curve.table
        case .json:
            return Array("{\"run\": \(run.document), \"history\": ".utf8)
                + RunHistory.document(of: curve.points) + Array("}\n".utf8)
        }
    }

    /// Whole, or not at all.
    private func write(_ bytes: [UInt8], to path: String) throws {
        do throws(FileError) {
            try StatusFileWriter.replace(path, with: bytes)
        } catch {
            CommandOutput.error("\(path): \(error.description)")
            throw ExitCode.failure
        }
    }
}
