internal import Glibc
internal import Pulse

/// The files below a directory: bounded, and without following links.
struct DirectoryWalk {
    /// Entries read in one walk at most.
    static let entryLimit = 4_096
    private static let depthLimit = 6
    /// Folders that hold no trainer's logs, and many files.
    private static let passedOver: Set<String> = [
        "node_modules", "site-packages", "__pycache__", "venv", "env",
    ]

    private var left = entryLimit
    private(set) var files: [String] = []

    /// - Parameter depth: how many folders deep; 0 for the directory's own files.
    static func files(below directory: String, depth: Int = depthLimit) -> [String] {
        var walk = DirectoryWalk()
        walk.visit(directory, depth: depth)
        return walk.files
    }

    private mutating func visit(_ directory: String, depth: Int) {
        var folders: [String] = []
        for (name, type) in Self.entries(of: directory, limit: left) {
            left -= 1
            let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
            if type == UInt8(DT_REG) {
                files.append(path)
            } else if type == UInt8(DT_DIR), !name.hasPrefix("."), !Self.passedOver.contains(name) {
                folders.append(path)
            }
        }
        guard depth > 0 else { return }
        for folder in folders where left > 0 { visit(folder, depth: depth - 1) }
    }

    /// Names and types (`dirent.h`), those of links and of nothing known left out by the caller.
    static func entries(of directory: String, limit: Int) -> [(name: String, type: UInt8)] {
        var entries: [(String, UInt8)] = []
        try? DirectoryEntry.each(in: directory) { entry in
            guard entries.count < limit else { return false }
            entries.append((entry.text, UInt8(entry.type)))
            return true
        }
        return entries
    }
}
