internal import Glibc
internal import Pulse

/// Paths that mean the same file in any directory, for advice that can be followed anywhere.
enum AbsolutePath {
    /// Links that may follow each other, as in the kernel (path_resolution(7)).
    private static let linkLimit = 40

    /// A path from the root on; the path as it is where the working directory has no name in UTF-8.
    static func of(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = text(unsafe getcwd(nil, 0)) else { return path }
        return directory == "/" ? "/\(path)" : "\(directory)/\(path)"
    }

    /// The path without links, `.` and `..`; nil when nothing is there.
    static func real(_ path: String) -> String? {
        text(unsafe realpath(path, nil))
    }

    /// Where a symbolic link leads to in the end, whether something is there or not; nil when it is
    /// no link.
    static func target(of path: String) -> String? {
        guard var target = link(path) else { return nil }
        if let real = real(path) { return real }
        for _ in 0..<linkLimit {
            guard let next = link(target) else { break }
            target = next
        }
        let split = SplitPath(target)
        guard let directory = real(split.directory) else { return target }
        let name = target.split(separator: "/").last ?? ""
        return directory == "/" ? "/\(name)" : "\(directory)/\(name)"
    }

    /// What a link holds, from the root on; nil when the path is no link.
    private static func link(_ path: String) -> String? {
        guard let target = try? Syscalls.system.readlink(path) else { return nil }
        return target.hasPrefix("/") ? target : "\(SplitPath(of(path)).directory)/\(target)"
    }

    /// The text of a string that the C library has allocated; nil when it isn't UTF-8.
    private static func text(_ string: UnsafeMutablePointer<CChar>?) -> String? {
        guard let string = unsafe string else { return nil }
        defer { unsafe free(string) }
        return unsafe String(validatingCString: string)
    }
}
