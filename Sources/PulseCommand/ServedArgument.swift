import ArgumentParser
import Glibc
import PulseClient

/// What the argument of `pulse serve` is: whichever it looks like.
enum ServedArgument: Equatable {
    case statusFile(String)
    case runsDirectory(String)
    case nats(String)

    /// - Parameters:
    ///   - text: as it was given.
    ///   - isDirectory: tells whether something is a directory; nil where nothing is there.
    /// - Throws: `ValidationError` where nobody can tell.
    init(_ text: String, isDirectory: (String) -> Bool? = Self.isDirectory) throws {
        guard !text.isEmpty else {
            throw ValidationError("'' is neither a status file nor a directory of runs.")
        }
        if text.hasPrefix("nats://") || text.hasPrefix("tls://") {
            self = .nats(text)
        } else if ServerURL.looksLikeURL(text) {
            throw ValidationError("'\(text)' is a server: see it with pulse watch \(text)")
        } else if let isDirectory = isDirectory(text) {
            self = isDirectory ? .runsDirectory(text) : .statusFile(text)
        } else if text.hasSuffix(".json") {
            // It need not exist yet.
            self = .statusFile(text)
        } else if text.hasSuffix("/") {
            self = .runsDirectory(text)
        } else {
            throw ValidationError(
                "'\(text)' isn't there, and may be meant as a file or as a directory: say --status-file or --runs-dir."
            )
        }
    }

    private static func isDirectory(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }
}
