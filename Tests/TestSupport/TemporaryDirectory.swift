internal import Foundation
internal import Glibc

/// A directory of its own for one test, removed when the test is over.
package final class TemporaryDirectory: Sendable {
    /// Its path, absolute.
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("pulse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it, which need not exist.
    package func file(_ name: String = "status.json") -> String {
        "\(path)/\(name)"
    }

    /// The names of everything in it, hidden files too.
    package func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// Writes a file in place, not atomically, and makes its directories.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Writes a file in place, not atomically, and makes its directories.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}

/// What else than files can be in it, and what can become of them.
extension TemporaryDirectory {
    /// Makes a directory in it, with those above.
    package func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: file(name), withIntermediateDirectories: true)
    }

    package func makeFIFO(_ name: String) {
        _ = unsafe mkfifo(file(name), 0o644)
    }

    /// Makes a symbolic link that says `target`, whatever that is.
    package func makeLink(_ name: String, to target: String) {
        _ = unsafe symlink(target, file(name))
    }

    /// Makes a file of that many bytes that takes no room.
    package func makeSparseFile(_ name: String, size: Int) throws {
        try write("", to: name)
        _ = unsafe truncate(file(name), size)
    }

    /// Removes a file, a link or a directory; nothing else in the directory changes.
    package func remove(_ name: String) {
        _ = unsafe Glibc.remove(file(name))
    }

    package func rename(_ name: String, to newName: String) {
        _ = unsafe Glibc.rename(file(name), file(newName))
    }
}
