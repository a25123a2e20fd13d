/// Whether the trainer writes so that no reader sees half a document.
enum WriterCheck {
    private static let name = "writer"

    static func findings(_ facts: Facts) -> [Finding] {
        let writes = facts.writes
        let seconds = Int((writes.observed / .seconds(1)).rounded())
        if writes.changesInPlace > 0 {
            return [
                .problem(
                    name,
                    "The file is written in place (\(writes.changesInPlace) times in \(seconds) s, "
                        + "by its inode): readers can see half a document.",
                    fix: "Write a temporary file beside it and rename it: os.replace in Python, "
                        + "pulse_wrapper, or pulse write")
            ]
        }
        if writes.losesReaders {
            return [
                .problem(
                    name,
                    "The file is replaced by one that only its owner may read: a mode that is set afterwards "
                        + "doesn't last.", fix: ModeAdvice.temporaryFile)
            ]
        }
        if writes.replacements > 0 {
            return [
                .ok(
                    name,
                    "The file is replaced as a whole (\(writes.replacements) times in \(seconds) s)."
                )
            ]
        }
        return [
            .note(
                name, "Nothing was written in \(seconds) s: how the trainer writes wasn't seen.",
                fix: "Run it while the job trains, and observe for longer: --observe 30s")
        ]
    }
}
