internal import Glibc

/// A small regular file's bytes, and the identity that they belong to.
package struct FileContent: Sendable {
    let identity: FileIdentity
    /// nil when the file is larger than any document.
    package let bytes: [UInt8]?
    /// The file could change without a trace just after it was read.
    let isRacy: Bool

    /// How often a file is read that changes meanwhile.
    ///
    /// A writer that is faster than this isn't atomic.
    private static let attempts = 5

    init(path: String, calls: Syscalls) throws(FileError) {
        for _ in 0..<Self.attempts {
            // Opened anew each time: a rename puts another file in this place.
            if let content = try Self.attempt(path, calls) {
                self = content
                return
            }
        }
        throw .changing
    }

    /// Reads a file once, for those who need it only once.
    package init(path: String) throws(PulseError) {
        do {
            self = try FileContent(path: path, calls: .system)
        } catch {
            throw .file(path, error)
        }
    }

    /// When it was written last: unix time.
    package var modified: Int64 { identity.modified.components.seconds }

    private init(identity: FileIdentity, bytes: [UInt8]?, isRacy: Bool) {
        self.identity = identity
        self.bytes = bytes
        self.isRacy = isRacy
    }

    /// nil when the file changed while it was read.
    private static func attempt(_ path: String, _ calls: Syscalls) throws(FileError) -> FileContent?
    {
        // O_NONBLOCK: a FIFO that takes the file's place can't make this wait for a writer.
        let descriptor = try calls.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0)
        // Nothing was written: that closing fails has no meaning here.
        defer { try? calls.close(descriptor) }
        let before = try calls.fstat(descriptor)
        guard before.isRegular else { throw .notRegular }
        let size = before.identity.size
        let now = calls.now()
        guard size <= PulseDecoder.sizeLimit else {
            return FileContent(
                identity: before.identity, bytes: nil, isRacy: before.identity.isRacy(at: now))
        }
        let bytes = try read(descriptor, size: Int(size), calls)
        let after = try calls.fstat(descriptor)
        // Not the time of the last change of state: a rename over this file sets it too, and leaves
        // what the file holds as it was.
        guard after.identity.modified == before.identity.modified,
            after.identity.size == size, bytes.count == Int(size)
        else { return nil }
        return FileContent(
            identity: after.identity, bytes: bytes, isRacy: after.identity.isRacy(at: now))
    }

    /// Reads to the end, but one byte beyond the expected size at most: enough to see that it has
    /// grown.
    private static func read(_ descriptor: CInt, size: Int, _ calls: Syscalls) throws(FileError)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        while bytes.count <= size {
            let more = try calls.read(descriptor, size + 1 - bytes.count)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}
