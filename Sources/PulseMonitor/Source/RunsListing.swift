internal import Glibc
internal import Pulse

/// What lies in a runs directory, and the names that it gives: `NAME.json`, and `NAME/status.json`.
package struct RunsListing: Sendable, Equatable {
    /// A file that may hold a run, be it there yet or not.
    struct Candidate: Sendable, Equatable {
        /// From the directory on, as errors call it.
        let file: String
        /// Whether its folder is a symbolic link.
        var isLinked = false
    }

    private(set) var candidates: [SourceName: Candidate] = [:]
    private(set) var skipped = SkippedFiles()

    /// What a folder's file is called.
    static let statusFile = "status.json"
    private static let suffix = ".json"

    /// Takes one more name of the directory.
    ///
    /// - Parameters:
    ///   - name: its bytes, of whatever encoding.
    ///   - isFolder: whether it is a folder; nil for a link, which may lead to either.
    mutating func add(_ name: [UInt8], isFolder: Bool?) {
        // What begins with a dot is hidden: temporary files of writers, `.git`, `.` and `..`.
        guard name.first != UInt8(ascii: ".") else { return }
        let text = String(validating: name, as: UTF8.self)
        let isFile = text.map { $0.hasSuffix(Self.suffix) } ?? false
        if isFolder == true || (isFolder == nil && !isFile) {
            guard let source = text.flatMap({ SourceName(exactly: $0) }) else {
                return skip(name, .invalidName)
            }
            guard candidates[source] == nil else { return skip(name, .sameName) }
            candidates[source] = Candidate(
                file: "\(source)/\(Self.statusFile)", isLinked: isFolder == nil)
        } else if let text, isFile {
            guard let source = Self.source(ofFile: text) else { return skip(name, .invalidName) }
            if candidates[source] != nil { skip(Array(source.description.utf8), .sameName) }
            candidates[source] = Candidate(file: text)
        } else if name.suffix(Self.suffix.utf8.count).elementsEqual(Self.suffix.utf8) {
            skip(name, .invalidName)
        }
    }

    /// The source that a file in the directory is; nil when its name is none.
    static func source(ofFile name: String) -> SourceName? {
        guard name.hasSuffix(suffix) else { return nil }
        return SourceName(exactly: name.dropLast(suffix.count))
    }

    /// Whether a path from the directory on is that of a run's file.
    package static func isSource(_ path: String) -> Bool {
        let folder = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard folder.count == 2 else { return source(ofFile: path) != nil }
        return folder[1] == statusFile && SourceName(exactly: folder[0]) != nil
    }

    /// The path of a source's file: as it lies there, or as it would.
    package static func file(of name: SourceName, in directory: String) -> String {
        let paths = ["\(directory)/\(name)\(suffix)", "\(directory)/\(name)/\(statusFile)"]
        // A file wins over the folder of its name.
        return paths.first { (try? Syscalls.system.stat($0)) != nil } ?? paths[0]
    }

    private mutating func skip(_ name: [UInt8], _ reason: SkippedFiles.Reason) {
        skipped.add(PrintableText.escaping(String(decoding: name, as: UTF8.self)), reason)
    }
}

extension RunsListing {
    /// Lists a directory.
    ///
    /// - Throws: ``PulseError`` when it can't be.
    init(directory: String) throws(PulseError) {
        do throws(FileError) {
            try DirectoryEntry.each(in: directory) { entry in
                add(entry, in: directory)
                return true
            }
        } catch {
            throw PulseError.directory(directory, error)
        }
    }

    private mutating func add(_ entry: DirectoryEntry, in directory: String) {
        switch entry.type {
        case Int32(DT_DIR): add(entry.name, isFolder: true)
        case Int32(DT_REG): add(entry.name, isFolder: false)
        case Int32(DT_LNK): add(entry.name, isFolder: nil)
        // Some file systems don't tell.
        case Int32(DT_UNKNOWN):
            guard let status = try? Syscalls.lstat(directory + "/" + entry.text) else { return }
            add(entry.name, isFolder: status.isLink ? nil : status.isDirectory)
        // A FIFO or a socket in a run's place is a file that never held a document.
        default: add(entry.name, isFolder: false)
        }
    }
}
