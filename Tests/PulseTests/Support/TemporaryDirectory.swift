import Foundation

/// A directory for one test, gone with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("pulse-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it.
    func file(_ name: String = "status.json") -> String {
        path + "/" + name
    }

    /// The names of everything in it, hidden files too.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}

/// The bytes of a file, read by other means than those under test.
func contents(of path: String) throws -> [UInt8] {
    // `Data(contentsOf:)` leaks a buffer for each empty file, which LeakSanitizer reports.
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    return try file.readToEnd().map(Array.init) ?? []
}

/// Writes a file in place, as a writer does that isn't atomic.
func overwrite(_ path: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}
