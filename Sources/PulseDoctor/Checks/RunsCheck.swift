internal import PulseMonitor

/// Which files of a directory of runs are served, and why others aren't.
enum RunsCheck {
    private static let name = "runs"

    static func findings(_ facts: Facts) -> [Finding] {
        guard let runs = facts.runs, facts.directory.errno == 0, facts.directory.canList else {
            return []
        }
        let path = facts.directory.path
        return [served(runs, in: path)] + runs.hanging.map { hanging($0, in: facts) }
            + runs.skipped.examples.sorted { $0.key < $1.key }.map { name, reason in
                skipped("\(name) isn't served: \(reason.explanation).", reason)
            }
            + (runs.skipped.tooManyText("served").map { [skipped("\($0).", .tooMany)] } ?? [])
            + unnamed(runs.skipped)
    }

    private static func served(_ runs: RunsFacts, in path: String) -> Finding {
        guard runs.count == 0 else {
            return .ok(
                name, "\(runs.count) run\(runs.count == 1 ? " is" : "s are") served from \(path).")
        }
        return .note(
            name, "There is no run in \(path) yet.",
            fix: "A run is a file NAME.json or NAME/status.json there: pulse run --runs-dir "
                + "\(ShellWord.quoted(path)) -- COMMAND writes one.")
    }

    private static func hanging(_ file: String, in facts: Facts) -> Finding {
        let path = ShellWord.quoted("\(facts.directory.path)/\(file)")
        return .problem(
            name,
            "\(file) doesn't answer: its file system hangs. The other runs are served meanwhile.",
            fix: "See whether what serves the file system can be reached: findmnt -T \(path)")
    }

    private static func skipped(_ text: String, _ reason: SkippedFiles.Reason) -> Finding {
        switch reason {
        case .invalidName:
            .problem(name, text, fix: "Rename it, where the trainer writes it as well.")
        case .sameName:
            .problem(
                name, text, fix: "A file wins over the folder of its name: rename one of them.")
        case .unreadable:
            .note(
                name, text,
                fix:
                    "If it is a run's, let the server's user read it: chmod a+r; a writer that uses "
                    + "mkstemp has to do so before each rename.")
        case .neverValid:
            .note(name, text, fix: "If it is a run's, pulse check says what is wrong with it.")
        case .tooMany:
            .problem(
                name, text,
                fix: "Move away what is over, or let the server read more: pulse serve --max-runs")
        }
    }

    private static func unnamed(_ skipped: SkippedFiles) -> [Finding] {
        let count = skipped.counts.values.reduce(0, +)
        let more = count - (skipped.counts[.tooMany] ?? 0) - skipped.examples.count
        guard more > 0 else { return [] }
        return [
            .problem(
                name, "\(more) more files there aren't served.",
                fix: "Fix those named above, and run it again.")
        ]
    }
}
