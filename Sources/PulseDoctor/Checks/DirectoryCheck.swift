internal import Glibc
internal import Pulse

/// Whether the server can find the file, and is notified of its changes.
enum DirectoryCheck {
    private static let name = "directory"

    static func findings(_ facts: Facts) -> [Finding] {
        let directory = facts.directory
        let path = directory.path
        switch directory.errno {
        case 0: break
        // It may well be there when that is mounted: see MountCheck.
        case ENOENT where directory.missingMount != nil: return []
        case ENOENT:
            return [
                .problem(
                    name, "The directory \(path) does not exist.",
                    fix: "Make it before the job starts: mkdir -p \(ShellWord.quoted(path))")
            ]
        case ENOTDIR:
            return [
                .problem(
                    name, "\(path) is not a directory.",
                    fix: facts.runs == nil
                        ? "Give the status file's own path: --status-file DIRECTORY/status.json"
                        : "One file alone is served by --status-file \(ShellWord.quoted(path))")
            ]
        case ENOTCONN, ESTALE, EIO, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ENODEV, ENXIO:
            return [
                .problem(
                    name,
                    "The file system of \(path) is gone: \(SystemError.text(directory.errno)).",
                    fix:
                        "Mount it anew: umount -l its mount point, and mount it again; see findmnt -T "
                        + ShellWord.quoted(path))
            ]
        default:
            return [
                .problem(
                    name,
                    "The directory \(path) can't be reached: \(SystemError.text(directory.errno)).",
                    fix: "Let this user in, from the root of the path on: chmod o+x DIRECTORY")
            ]
        }
        guard directory.canEnter else {
            return [
                .problem(
                    name, "The directory \(path) can't be entered by this user.",
                    fix: "Let others in: chmod o+rx \(ShellWord.quoted(path))")
            ]
        }
        guard directory.canList || facts.runs == nil else {
            return [
                .problem(
                    name,
                    "The directory \(path) can't be listed by this user: its runs aren't found.",
                    fix: "Let others list it: chmod o+rx \(ShellWord.quoted(path))")
            ]
        }
        guard directory.canList else {
            return [
                .note(
                    name,
                    "The directory \(path) can't be listed by this user: changes are picked up at the "
                        + "next poll.",
                    fix: "Let others list it: chmod o+r \(ShellWord.quoted(path))")
            ]
        }
        return [.ok(name, "The directory \(path) can be entered and listed.")]
    }

}

/// A path as it can be pasted into a shell.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+,:@%=".utf8.contains(byte)
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
