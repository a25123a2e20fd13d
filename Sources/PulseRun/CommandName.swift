internal import Pulse
internal import PulseMonitor

/// The name of a run that nobody has named: the same for the same command in the same directory,
/// so that it resumes the run that it began.
///
/// Pure. It has the directory's last component, the script, and six digits that stand for the whole
/// directory and command: `bert-train-3fa9c1`. Arguments are in the digits only, because a name is
/// shown to everybody who sees the run, and a password may be one of them.
enum CommandName {
    /// Characters of each of the two words at most: the name stays readable in a table.
    private static let wordLimit = 32
    private static let digits = 6

    /// - Parameters:
    ///   - directory: the absolute path in which the command is started.
    ///   - command: the program and its arguments.
    ///   - number: 1, and the next ones while those before are taken.
    static func of(_ command: [String], in directory: String, number: Int) -> SourceName {
        let words = [SplitPath(directory).name, script(of: command)].filter { !$0.isEmpty }
        let print = Fingerprint.of(Array(([directory] + command).joined(separator: "\0").utf8))
        let parts = words.map { String($0.prefix(wordLimit)) } + [String(print.suffix(digits))]
        return SourceName(
            key: (parts + (number > 1 ? ["\(number)"] : [])).joined(separator: "-"))
    }

    /// What a person calls the command: `train` of `torchrun --nproc-per-node 8 src/train.py`, the
    /// module of `python -m`, else the program.
    private static func script(of command: [String]) -> String {
        let arguments = command.dropFirst()
        let file = arguments.first { argument in
            suffixes.contains { argument.hasSuffix($0) && !argument.hasPrefix("-") }
        }
        let module = arguments.firstIndex(of: "-m").map { arguments[($0 + 1)...].first ?? "" }
        let name = SplitPath(file ?? module ?? command.first ?? "").name
        let suffix = suffixes.first { name.hasSuffix($0) } ?? ""
        return String(name.dropLast(suffix.count))
    }

    private static let suffixes = [".py", ".sh"]
}
