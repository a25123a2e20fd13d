import Glibc

/// Finds the panel: where it is asked for, else in `public` here, else where the installation put
/// it.
enum PublicDirectory {
    struct NotFound: Error, CustomStringConvertible {
        let description: String
    }

    /// The directory to serve; nil when there is none and none was asked for.
    static func find(asked: String?) throws(NotFound) -> String? {
        if let asked {
            guard isDirectory(asked) else {
                throw NotFound(description: "--public-dir \(asked) is not a directory")
            }
            return asked
        }
        return candidates.first(where: isDirectory)
    }

    /// `PREFIX/bin/pulse` has its panel in `PREFIX/share/pulse/public`.
    private static var candidates: [String] {
        let binary = unsafe realpath("/proc/self/exe", nil)
        defer { unsafe free(binary) }
        let path = unsafe binary.map { unsafe String(cString: $0) } ?? ""
        let prefix = path.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
        return ["public", "\(prefix)/share/pulse/public"]
    }

    private static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return unsafe stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }
}
