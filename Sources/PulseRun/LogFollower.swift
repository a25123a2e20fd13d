internal import Glibc

/// Follows a file that grows by lines, from where it was at the start.
///
/// The file may appear late, be deleted and made anew, be cut, and end in half a line. What was in
/// it before belongs to an earlier run: LLaMA-Factory appends when it resumes.
struct LogFollower: Sendable {
    private let path: String
    /// The file that is being read, kept open: its inode can't become another file's meanwhile.
    private var descriptor: Int32 = -1
    private var offset: Int64 = 0
    private var lines = LineBuffer()

    private static let chunk = 65_536

    init(path: String) {
        self.path = path
        descriptor = Self.open(path)
        if let status = Self.status(of: descriptor) { offset = Int64(status.st_size) }
    }

    /// The whole lines that have come since the last call.
    mutating func newLines() -> [[UInt8]] {
        var found = drain()
        if isReplaced() {
            // Whatever the old file got until it was replaced has been read; the new one is new
            // from its first byte.
            close()
            descriptor = Self.open(path)
            found += drain()
        }
        return found
    }

    /// What stands behind the last line end: the last line, when its writer has ended.
    mutating func rest() -> [UInt8] {
        lines.rest()
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        offset = 0
        lines = LineBuffer()
    }

    private mutating func drain() -> [[UInt8]] {
        guard let status = Self.status(of: descriptor) else { return [] }
        if Int64(status.st_size) < offset {
            // Cut: begun anew.
            offset = 0
            lines = LineBuffer()
        }
        var found: [[UInt8]] = []
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        while true {
            let count = unsafe pread(descriptor, &bytes, bytes.count, off_t(offset))
            guard count > 0 else { return found }
            offset += Int64(count)
            found += lines.append(bytes[..<count])
        }
    }

    /// Whether the path means another file than the open one by now.
    private func isReplaced() -> Bool {
        var now = stat()
        guard unsafe stat(path, &now) == 0 else { return false }
        guard let opened = Self.status(of: descriptor) else { return true }
        return now.st_ino != opened.st_ino || now.st_dev != opened.st_dev
    }

    /// -1 when there is no such regular file.
    private static func open(_ path: String) -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard let status = status(of: descriptor) else { return -1 }
        if status.st_mode & S_IFMT == S_IFREG { return descriptor }
        Glibc.close(descriptor)
        return -1
    }

    private static func status(of descriptor: Int32) -> stat? {
        var status = stat()
        return unsafe descriptor >= 0 && fstat(descriptor, &status) == 0 ? status : nil
    }
}

/// Cuts a stream of bytes into lines: pure.
struct LineBuffer: Sendable {
    private var pending: [UInt8] = []
    private var isTooLong = false

    /// Bytes of a line at most: a longer one is passed over.
    static let limit = 1 << 20

    /// The lines that these bytes complete, without their ends.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            hold(rest[..<end])
            if !isTooLong { lines.append(pending) }
            pending = []
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        hold(rest)
        return lines
    }

    /// What stands behind the last line end.
    mutating func rest() -> [UInt8] {
        defer { pending = [] }
        return isTooLong ? [] : pending
    }

    private mutating func hold(_ bytes: ArraySlice<UInt8>) {
        if pending.count + bytes.count > Self.limit { isTooLong = true }
        pending = isTooLong ? [] : pending + bytes
    }
}
