internal import Glibc

/// Follows a file that grows, from where it was at the start.
///
/// The file may appear late, be deleted and made anew, be cut, and be written anew in place.
struct LogFollower: Sendable {
    private let path: String
    /// The file that is being read, kept open: its inode can't become another file's meanwhile.
    private var descriptor: Int32 = -1
    private var offset: Int64 = 0
    /// How the file begins, as far as it has been read: it changes when the file is written anew.
    private var head: [UInt8] = []

    /// What has come.
    enum Piece: Hashable, Sendable {
        case bytes([UInt8])
        /// The next bytes are the first ones of a file that was begun anew.
        case beginning
    }

    private static let chunk = 65_536
    /// Bytes read at one time at most: the rest of what has come waits.
    private static let chunksAtOnce = 64
    /// The header of a table is longer than a line of text, seldom.
    private static let headLimit = 4_096

    /// - Parameter offset: where what is new begins; nil for the file's present end.
    init(path: String, from offset: Int64? = nil) {
        self.path = path
        descriptor = Self.open(path)
        self.offset = offset ?? Self.status(of: descriptor).map { Int64($0.st_size) } ?? 0
        head = read(at: 0, count: min(Self.headLimit, Int(self.offset)))
    }

    /// The first line, where the file was followed from behind it: the header of a table.
    var firstLine: [UInt8]? {
        head.firstIndex(of: 0x0A).map { Array(head[...$0]) }
    }

    /// What has come since the last call.
    mutating func newPieces() -> [Piece] {
        var found = drain()
        if isReplaced() {
            // Whatever the old file got until it was replaced has been read; the new one is new
            // from its first byte.
            let isFirst = descriptor < 0
            close()
            descriptor = Self.open(path)
            found += (isFirst ? [] : [.beginning]) + drain()
        }
        return found
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        offset = 0
        head = []
    }

    private mutating func drain() -> [Piece] {
        guard let status = Self.status(of: descriptor) else { return [] }
        var found: [Piece] = []
        if Int64(status.st_size) < offset || read(at: 0, count: head.count) != head {
            offset = 0
            head = []
            found.append(.beginning)
        }
        for _ in 0..<Self.chunksAtOnce {
            let bytes = read(at: offset, count: Self.chunk)
            guard !bytes.isEmpty else { break }
            if offset == Int64(head.count), head.count < Self.headLimit {
                head += bytes.prefix(Self.headLimit - head.count)
            }
            offset += Int64(bytes.count)
            found.append(.bytes(bytes))
        }
        return found
    }

    private func read(at offset: Int64, count: Int) -> [UInt8] {
        guard count > 0, descriptor >= 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe pread(descriptor, &bytes, count, off_t(offset))
        return Array(bytes.prefix(max(got, 0)))
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
