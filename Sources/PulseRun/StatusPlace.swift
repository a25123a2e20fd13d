internal import Glibc
internal import Pulse
package import PulseMonitor

/// Where a run's status is to be written.
package enum StatusPlace: Sendable, Equatable {
    /// Into this file.
    case file(String)
    /// Into a directory of runs, as `NAME.json`; without a name, by one made from the command.
    case directory(String, name: SourceName?)
}

/// A status file that is ours while we hold its lock.
struct TakenStatusFile: Sendable {
    /// The file's path.
    let path: String
    /// nil where there is none to be had, and under a `pulse run` for the same file, whose trainer
    /// this one is.
    let lock: StatusFileLock?

    /// A machine runs fewer commands of the same name at a time.
    private static let limit = 1_000

    /// Takes the file of a place.
    ///
    /// A directory that is missing is made; the first write reports where that failed.
    ///
    /// - Parameters:
    ///   - directory: the absolute path in which the command is started.
    ///   - environment: of this process.
    /// - Throws: ``StatusFileInUse``.
    init(
        _ place: StatusPlace, command: [String], in directory: String, _ environment: Environment
    ) throws(StatusFileInUse) {
        switch place {
        case .file(let path):
            try self.init(path, .file, directory, environment)
        case .directory(let runs, let name?):
            _ = unsafe mkdir(runs, 0o777)
            try self.init("\(runs)/\(name).json", .name, directory, environment)
        case .directory(let runs, nil):
            _ = unsafe mkdir(runs, 0o777)
            var number = 1
            while true {
                let name = CommandName.of(command, in: directory, number: number)
                do throws(StatusFileInUse) {
                    try self.init("\(runs)/\(name).json", .name, directory, environment)
                    return
                } catch  where number == Self.limit {
                    throw error
                } catch {
                    number += 1
                }
            }
        }
    }

    private init(
        _ path: String, _ remedy: StatusFileInUse.Remedy, _ directory: String,
        _ environment: Environment
    ) throws(StatusFileInUse) {
        self.path = path
        let isTrainer =
            environment[Environment.supervised] != nil
            && environment[Environment.statusFile] == Self.absolute(path, in: directory)
        lock = try isTrainer ? nil : StatusFileLock(statusFile: path, remedy: remedy)
    }

    /// The path that means the same file in any directory.
    static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }
}
