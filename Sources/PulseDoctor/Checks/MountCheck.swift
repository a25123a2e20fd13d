/// Whether a rename by the trainer reaches the file that the server sees.
enum MountCheck {
    private static let name = "mount"

    static func findings(_ facts: Facts) -> [Finding] {
        if let point = facts.directory.missingMount { return [missing(point)] }
        guard let root = facts.file.mountRoots.last else {
            // As for a file, below: what is written outside is another directory's.
            guard !facts.directory.mountRoot.hasSuffix(deleted) else { return [gone(facts)] }
            return facts.file.link.map { [link(facts, to: $0)] } ?? []
        }
        // The kernel marks a source that was replaced since.
        let state =
            root.hasSuffix(deleted)
            ? "its source has been replaced already, and this one stays old for ever"
            : "when its source is replaced, this one stays old for ever"
        return [
            .problem(
                name, "\(facts.statusFile) is mounted by itself: \(state).",
                fix: "Mount its directory instead: -v \"$PWD/run:/run/pulse:ro\", and "
                    + "--status-file /run/pulse/status.json")
        ]
    }

    /// What the kernel appends to a root that has been removed (`d_path`).
    private static let deleted = "//deleted"

    private static func gone(_ facts: Facts) -> Finding {
        let point = facts.directory.mountPoint
        return .problem(
            name,
            "The directory that is mounted at \(point) has been removed or replaced outside: nothing that is "
                + "written there arrives here.",
            fix:
                "Mount it anew: start the container again, or umount \(ShellWord.quoted(point)) and "
                + "mount it again. Let outside replace what is in the directory, never the directory."
        )
    }

    private static func missing(_ point: String) -> Finding {
        .problem(
            name,
            "\(point) is to be mounted by /etc/fstab, and isn't: what is there is the empty place below it.",
            fix: "Mount it, before the server and the job start: mount \(ShellWord.quoted(point))")
    }

    private static func link(_ facts: Facts, to target: String) -> Finding {
        .note(
            name,
            "\(facts.statusFile) is a symbolic link to \(target): changes are picked up at the next poll.",
            fix: "Name the file itself: --status-file \(ShellWord.quoted(target))")
    }
}
