internal import Foundation
internal import Glibc

/// A directory of one test, removed with all that is in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/pulse-wire-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { bytes in
            guard let start = bytes.baseAddress, let made = unsafe mkdtemp(start) else {
                preconditionFailure("no temporary directory: errno \(errno)")
            }
            return unsafe String(cString: made)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a directory in it, with those above.
    func makeDirectory(_ name: String) {
        try? FileManager.default.createDirectory(
            atPath: file(name), withIntermediateDirectories: true)
    }

    /// Writes a file in place: no status writer does it like this, a broken one may.
    @discardableResult
    func write(_ content: String, to name: String) -> String {
        write(Array(content.utf8), to: name)
    }

    @discardableResult
    func write(_ content: [UInt8], to name: String) -> String {
        let path = file(name)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        precondition(descriptor >= 0, "cannot open \(path): errno \(errno)")
        defer { close(descriptor) }
        let count = unsafe Glibc.write(descriptor, content, content.count)
        precondition(count == content.count, "cannot write \(path): errno \(errno)")
        return path
    }

    func makeFIFO(_ name: String) {
        _ = unsafe mkfifo(file(name), 0o644)
    }

    /// Makes a symbolic link that says `target`, whatever that is.
    func makeLink(_ name: String, to target: String) {
        _ = unsafe symlink(target, file(name))
    }

    /// Makes a file of that many bytes that takes no room.
    func makeSparseFile(_ name: String, size: Int) {
        write("", to: name)
        _ = unsafe truncate(file(name), size)
    }

    /// Removes a file, a link or a directory; nothing else in the directory changes.
    func remove(_ name: String) {
        _ = unsafe Glibc.remove(file(name))
    }

    func rename(_ name: String, to newName: String) {
        _ = unsafe Glibc.rename(file(name), file(newName))
    }
}
