internal import Glibc
internal import MicroHTTPD
internal import Pulse

/// The files of `public/`, read once at start: what isn't in the table can't be served, so no path
/// can lead out of the directory.
struct StaticFiles: Sendable {
    struct File: Sendable {
        /// The request path, such as `/training-panel.js`.
        let path: String
        let content: [UInt8]
    }

    /// Why a directory can't be served.
    struct ReadError: Error, CustomStringConvertible {
        let description: String
    }

    let files: [File]

    /// A file beyond this many bytes isn't part of a panel.
    private static let sizeLimit = 16 * 1024 * 1024

    /// Reads a directory and those below it.
    ///
    /// Hidden files stay out; links count as what they lead to.
    init(directory: String) throws(ReadError) {
        var found: [File] = []
        try Self.collect(directory, below: "", depth: 0, into: &found)
        files = found.sorted { $0.path < $1.path }
    }

    private static func collect(
        _ directory: String, below prefix: String, depth: Int, into files: inout [File]
    ) throws(ReadError) {
        // A link that leads upwards must not be followed for ever.
        guard depth < 8 else { throw ReadError(description: "\(directory) is nested too deeply") }
        for name in try names(in: directory) {
            guard !name.hasPrefix(".") else { continue }
            let path = "\(directory)/\(name)"
            var information = stat()
            guard unsafe stat(path, &information) == 0 else { throw error("read", path) }
            switch information.st_mode & S_IFMT {
            case S_IFDIR:
                try collect(path, below: "\(prefix)/\(name)", depth: depth + 1, into: &files)
            case S_IFREG:
                files.append(File(path: "\(prefix)/\(name)", content: try content(of: path)))
            default:
                continue
            }
        }
    }

    private static func names(in directory: String) throws(ReadError) -> [String] {
        do throws(FileError) {
            return try DirectoryEntry.names(in: directory)
        } catch {
            throw ReadError(
                description: "cannot read the directory \(directory): \(error.description)")
        }
    }

    private static func content(of path: String) throws(ReadError) -> [UInt8] {
        do throws(FileError) {
            if let content = try WholeFile.bytes(of: path, upTo: sizeLimit) { return content }
        } catch {
            throw ReadError(description: "cannot read \(path): \(error.description)")
        }
        throw ReadError(description: "\(path) is over 16 MiB")
    }

    private static func error(_ action: String, _ path: String) -> ReadError {
        ReadError(description: "cannot \(action) \(path): \(SystemError.text(errno))")
    }
}

extension StaticFiles.File {
    /// By the name's ending; unknown ones are bytes that no browser interprets.
    var contentType: String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "txt", "ts", "md": "text/plain; charset=utf-8"
        case "woff2": "font/woff2"
        default: "application/octet-stream"
        }
    }

    func representation(policy: AccessPolicy) -> Representation {
        Representation(
            type: contentType, body: content, tag: EntityTag(of: content),
            headers: [
                HeaderLine(
                    "Content-Security-Policy",
                    "\(Self.contentSecurityPolicy); frame-ancestors \(policy.frameAncestors)"),
                HeaderLine("Referrer-Policy", "no-referrer"),
            ], policy: policy)
    }

    /// No inline code, nothing from elsewhere; images also from `data:` for the favicon that is
    /// drawn.
    private static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
        + "base-uri 'none'; form-action 'none'"
}
