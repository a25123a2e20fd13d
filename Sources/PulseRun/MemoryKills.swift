internal import Glibc

/// How many processes of our control group the kernel has killed for want of memory.
///
/// `oom_kill` in `memory.events` of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst), in
/// `memory.oom_control` of v1. A command runs in our group, so a count that went up while it ran
/// tells what a SIGKILL alone doesn't.
enum MemoryKills {
    /// nil when this system doesn't tell.
    ///
    /// - Parameter root: where `/proc` and `/sys` are.
    static func count(root: String = "") -> UInt64? {
        guard let groups = text(of: "\(root)/proc/self/cgroup") else { return nil }
        return files(for: groups).lazy
            .compactMap { text(of: "\(root)/sys/fs/cgroup\($0)").flatMap(count(in:)) }.first
    }

    /// Where the count may stand, for the lines of `/proc/self/cgroup` (`hierarchy:controllers:path`).
    static func files(for groups: String) -> [String] {
        groups.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let path = parts[2] == "/" ? "" : String(parts[2])
            if parts[1].split(separator: ",").contains("memory") {
                // In a container the group's own directory may be mounted as the root.
                return ["/memory\(path)/memory.oom_control", "/memory/memory.oom_control"]
            }
            return parts[1].isEmpty
                ? ["\(path)/memory.events", "/unified\(path)/memory.events", "/memory.events"] : []
        }
    }

    /// The number behind the name `oom_kill`.
    static func count(in text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("oom_kill ") {
            return UInt64(line.dropFirst("oom_kill ".count))
        }
        return nil
    }

    private static func text(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = unsafe read(file, &bytes, bytes.count)
        return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
