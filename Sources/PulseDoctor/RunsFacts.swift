internal import Pulse
internal import PulseMonitor

/// What lies in a directory of runs.
struct RunsFacts: Sendable {
    /// How many files hold a run.
    var count = 0
    /// What isn't served, and why.
    var skipped = SkippedFiles()
    /// The files that don't answer, by their paths from the directory on.
    var hanging: [String] = []

    /// Asks a directory; a file that hangs takes ten seconds.
    static func gathered(from directory: String) -> RunsFacts {
        let source = DirectorySource(path: directory, watches: false)
        var facts = RunsFacts()
        var runs: Set<SourceName> = []
        // A poll ends at a file that hangs; the next one passes over it.
        for _ in 0..<2 {
            let found = source.poll()
            runs.formUnion(found.sources.map(\.name))
            facts.skipped = found.skipped ?? facts.skipped
            facts.hanging = source.busyFiles
            if facts.hanging.isEmpty { break }
        }
        facts.count = runs.count
        return facts
    }
}
