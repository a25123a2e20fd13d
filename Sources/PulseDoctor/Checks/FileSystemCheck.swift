internal import Glibc
internal import Pulse

/// Whether the kernel can announce changes: which file system it is, and whether inotify has room.
enum FileSystemCheck {
    private static let name = "notification"

    /// Those on which others write without this kernel's knowledge.
    private static let remote: [String: String] = [
        "nfs": "NFS", "nfs4": "NFS", "cifs": "SMB", "smb3": "SMB", "9p": "9p", "afs": "AFS",
        "ceph": "Ceph", "lustre": "Lustre", "gpfs": "GPFS", "gfs2": "GFS2", "ocfs2": "OCFS2",
        "beegfs": "BeeGFS", "virtiofs": "virtiofs", "vboxsf": "a shared folder",
    ]

    private static func remoteName(of type: String) -> String? {
        // fuse.sshfs, fuse.gcsfuse, fuse.juicefs, …
        remote[type] ?? (type.hasPrefix("fuse") ? "FUSE (\(type))" : nil)
    }

    /// What a file system that doesn't answer means: there is nothing else to say of the file.
    static func hangs(_ facts: Facts) -> Finding {
        let directory = facts.directory
        let system = remoteName(of: directory.fileSystem) ?? directory.fileSystem
        return .problem(
            "directory",
            "\(facts.statusFile) doesn't answer: \(directory.mountPoint) (\(system)) hangs. The last "
                + "good state is served meanwhile.",
            fix: "See whether what serves the file system can be reached, and mount it again: "
                + "umount --lazy \(ShellWord.quoted(directory.mountPoint))")
    }

    static func findings(_ facts: Facts) -> [Finding] {
        let directory = facts.directory
        guard directory.errno == 0, directory.canList else { return [] }
        if let system = remoteName(of: directory.fileSystem) {
            return [
                .note(
                    name,
                    "\(directory.path) is on \(system): changes by other machines are not announced, "
                        + "changes are picked up at the next poll.",
                    fix: "Nothing is wrong; pulse serve --poll-interval 500ms polls more often.")
            ]
        }
        switch directory.inotifyErrno {
        case 0: return [.ok(name, "Changes in \(directory.path) are announced by inotify.")]
        case ENOSPC:
            return [exhausted("watches", "max_user_watches", to: 524_288)]
        case EMFILE where directory.lacksInstances:
            return [exhausted("instances", "max_user_instances", to: 1_024)]
        default:
            let reason = SystemError.text(directory.inotifyErrno)
            return [
                .note(
                    name,
                    "inotify doesn't work here (\(reason)): changes are picked up at the next poll.",
                    fix: "Nothing is wrong; pulse serve --poll-interval 500ms polls more often.")
            ]
        }
    }

    private static func exhausted(_ what: String, _ setting: String, to limit: Int) -> Finding {
        .problem(
            name,
            "This user's inotify \(what) are used up: changes are picked up at the next poll.",
            fix: "Raise the limit: sysctl fs.inotify.\(setting)=\(limit)")
    }
}
