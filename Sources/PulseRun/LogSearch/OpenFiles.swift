internal import Glibc
internal import Pulse

/// The files that a command's processes have open for writing (proc_pid_fd(5)).
enum OpenFiles {
    private static let processLimit = 4_096
    private static let descriptorLimit = 1_024

    /// Paths of regular files, as the processes' own root has them.
    static func writtenBy(_ command: pid_t) -> Set<String> {
        var paths: Set<String> = []
        for process in processes(below: command) {
            let directory = "/proc/\(process)/fd"
            for (name, _) in DirectoryWalk.entries(of: directory, limit: descriptorLimit) {
                guard let path = try? Syscalls.system.readlink("\(directory)/\(name)"),
                    path.hasPrefix("/"),
                    !path.hasPrefix("/dev/"), !path.hasPrefix("/proc/"),
                    isWritten("/proc/\(process)/fdinfo/\(name)")
                else { continue }
                paths.insert(path)
            }
        }
        return paths
    }

    /// A process and all that it started, as far as their parents still live.
    static func processes(below root: pid_t) -> Set<pid_t> {
        var children: [pid_t: [pid_t]] = [:]
        for (name, _) in DirectoryWalk.entries(of: "/proc", limit: 4 * processLimit) {
            guard let process = pid_t(name), let parent = parent(of: process) else { continue }
            children[parent, default: []].append(process)
        }
        var found: Set<pid_t> = [root]
        var open = [root]
        while let process = open.popLast(), found.count < processLimit {
            for child in children[process] ?? [] where found.insert(child).inserted {
                open.append(child)
            }
        }
        return found
    }

    /// The fourth field of `/proc/PID/stat`; the second is a name in brackets, of any characters.
    private static func parent(of process: pid_t) -> pid_t? {
        let text = text(of: "/proc/\(process)/stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 1 ? pid_t(fields[1]) : nil
    }

    private static func isWritten(_ information: String) -> Bool {
        for line in text(of: information).split(separator: "\n") where line.hasPrefix("flags:") {
            let digits = line.dropFirst("flags:".count).filter(\.isNumber)
            return (Int32(digits, radix: 8) ?? 0) & O_ACCMODE != O_RDONLY
        }
        return false
    }

    /// A table of the system's; empty where it can't be read.
    private static func text(of path: String) -> String {
        let bytes = try? WholeFile.bytes(of: path, upTo: 65_536)
        return String(decoding: bytes.flatMap { $0 } ?? [], as: UTF8.self)
    }
}
