internal import Glibc

/// A file or pipe that is read to its end, of any kind: a token, a certificate, a table of the kernel's.
///
/// A status file is read by ``FileContent``, which sees whether it changes meanwhile.
package enum WholeFile {
    /// The bytes of a file; nil when there are more than the limit.
    ///
    /// It waits for whoever writes a pipe, such as a shell's `<(command)`.
    package static func bytes(of path: String, upTo limit: Int) throws(FileError) -> [UInt8]? {
        let calls = Syscalls.system
        let descriptor = try calls.open(path, O_RDONLY | O_CLOEXEC, 0)
        // Nothing was written: that closing fails has no meaning here.
        defer { try? calls.close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let more = try calls.read(descriptor, chunkSize)
            if more.isEmpty { return bytes }
            bytes += more
        }
        return nil
    }

    private static let chunkSize = 65_536
}
