import Glibc
import PulseServer

/// Finds the panel: where it is asked for, else in `public` here, else where the installation put
/// it.
///
/// `public` is a common name: what nobody has asked for counts only when it holds the panel, and when
/// all of it can be served.
enum PublicDirectory {
    struct NotFound: Error, CustomStringConvertible {
        let description: String
    }

    /// The directory to serve; nil when there is none and none was asked for.
    ///
    /// - Parameter onPass: takes why a directory that holds the panel is passed over.
    static func find(asked: String?, onPass: (String) -> Void = { _ in }) throws(NotFound)
        -> String?
    {
        if let asked {
            guard isDirectory(asked) else {
                throw NotFound(description: "--public-dir \(asked) is not a directory")
            }
            return asked
        }
        return first(of: candidates, onPass: onPass)
    }

    static func first(of candidates: [String], onPass: (String) -> Void) -> String? {
        candidates.first { candidate in
            guard holdsPanel(candidate) else { return false }
            guard let reason = PublicFiles.obstacle(in: candidate) else { return true }
            onPass("the panel in \(candidate) is passed over: \(reason)")
            return false
        }
    }

    /// By the page and the element that it shows.
    private static func holdsPanel(_ directory: String) -> Bool {
        ["index.html", "training-panel.js"].allSatisfy { name in
            kind(of: "\(directory)/\(name)") == S_IFREG
        }
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
        kind(of: path) == S_IFDIR
    }

    /// The type of a file; nil when it isn't there.
    private static func kind(of path: String) -> mode_t? {
        var information = stat()
        return unsafe stat(path, &information) == 0 ? information.st_mode & S_IFMT : nil
    }
}
