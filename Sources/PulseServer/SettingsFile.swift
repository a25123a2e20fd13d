internal import Pulse

/// A small file that a setting names: a certificate, its key, a token.
struct SettingsFile: Sendable {
    let path: String

    /// None of them is anywhere near as large.
    private static let sizeLimit = 1 << 20

    /// The file's bytes.
    ///
    /// At the start it may be a pipe, such as a shell's `<(command)`; it is waited for.
    ///
    /// - Throws: ``ServerError`` when it can't be read, or is over 1 MiB.
    func content() throws(ServerError) -> [UInt8] {
        do throws(FileError) {
            if let bytes = try WholeFile.bytes(of: path, upTo: Self.sizeLimit) { return bytes }
        } catch {
            throw .configuration("cannot read \(path): \(error.description)")
        }
        throw .configuration("\(path) is over 1 MiB")
    }

    /// The file's bytes, of a regular file alone: a pipe would have to be waited for.
    func contentNow() throws(ServerError) -> [UInt8] {
        do throws(FileError) {
            guard try Syscalls.system.stat(path).isRegular else { throw .notRegular }
        } catch {
            throw .configuration("cannot read \(path): \(error.description)")
        }
        return try content()
    }

    /// What tells that another file is at this path, links followed; nil when there is none.
    var identity: FileIdentity? { try? Syscalls.system.stat(path).identity }

    /// Whether it can be read again: what came from a pipe is gone.
    var isRegular: Bool { (try? Syscalls.system.stat(path).isRegular) ?? false }
}
