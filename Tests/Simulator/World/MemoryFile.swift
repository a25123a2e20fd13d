internal import Glibc
internal import Pulse
internal import Synchronization

/// A status file in memory, behind the reader's system calls: what a file system does to a file,
/// and what it does wrong.
final class MemoryFile: Sendable {
    /// What the name leads to.
    struct Node: Sendable {
        var content: Content
        var inode: UInt64
        var modified: Duration
        var changed: Duration
    }

    struct State: Sendable {
        /// nil where there is no file.
        var node: Node?
        var device: UInt64 = 1
        /// What every call fails with: a directory that is away, a mode that forbids, a disk that
        /// breaks.
        var fault: CInt?
        /// What the file holds from the middle of the next reading on.
        var whileRead: Content?
        /// Whether `stat` goes on telling what it told before the last `open`, as on NFS.
        var cachesAttributes = false
        /// The file system's clock and the server's wall clock: since 1970.
        var clock = Duration.zero
        var wall = Duration.zero
        /// The file that is open, as it was found by its name: a rename doesn't change it.
        fileprivate var opened: Node?
        fileprivate var offset = 0
        fileprivate var cached: FileIdentity?
        fileprivate var lastInode: UInt64 = 100
        /// What the reader knows of the content that it read last.
        fileprivate(set) var read: FileIdentity?
        /// Counts how often it was opened.
        fileprivate(set) var opens = 0
        /// Counts the contents that were there.
        fileprivate(set) var version = 0
    }

    private let state = Mutex(State())

    /// Changes the file, or the world around it.
    func withState<Result: Sendable>(_ change: (inout State) -> Result) -> Result {
        state.withLock { change(&$0) }
    }

    /// What the reader calls; a server never writes.
    var calls: Syscalls {
        var calls = Syscalls.system
        calls.stat = { _ throws(FileError) in try self.result { $0.stat() } }
        calls.open = { _, _, _ throws(FileError) in try self.result { $0.open() } }
        calls.fstat = { _ throws(FileError) in try self.result { $0.fstat() } }
        calls.read = { _, count throws(FileError) in try self.result { $0.read(count) } }
        calls.close = { _ throws(FileError) in }
        calls.write = { _, _ throws(FileError) in throw .call(EROFS) }
        calls.rename = { _, _ throws(FileError) in throw .call(EROFS) }
        calls.unlink = { _ throws(FileError) in throw .call(EROFS) }
        calls.now = { self.state.withLock { $0.wall } }
        return calls
    }

    private func result<Value: Sendable>(
        _ call: (inout State) -> Result<Value, FileError>
    ) throws(FileError) -> Value {
        try state.withLock { state in
            state.fault.map { .failure(.call($0)) } ?? call(&state)
        }.get()
    }
}

extension MemoryFile.State {
    /// Puts another file in this place.
    mutating func replace(with content: Content, reusingInode: Bool = false) {
        if !reusingInode { lastInode += 2 }
        // The one that the last rename has freed, as some file systems do.
        let inode = reusingInode ? (node?.inode ?? lastInode) ^ 1 : lastInode
        version += 1
        whileRead = nil
        node = MemoryFile.Node(content: content, inode: inode, modified: clock, changed: clock)
    }

    /// Writes into the file that is there; makes it when there is none.
    mutating func write(_ content: Content) {
        guard node != nil else { return replace(with: content) }
        version += 1
        whileRead = nil
        node?.content = content
        node?.modified = clock
        node?.changed = clock
    }

    /// Leaves nothing in this place.
    mutating func remove() {
        version += 1
        whileRead = nil
        node = nil
    }

    /// What changes a file's state and not what it holds: chmod, chown, ln, setfattr.
    mutating func touch(modified: Bool) {
        node?.changed = clock
        if modified { node?.modified = clock }
    }

    /// Whether the next look at the file shows that another content is there than was read.
    var showsChange: Bool { visible != read }

    private var visible: FileIdentity? {
        cachesAttributes ? cached ?? node.map(identity) : node.map(identity)
    }

    private func identity(_ node: MemoryFile.Node) -> FileIdentity {
        FileIdentity(
            device: device, inode: node.inode, size: Int64(node.content.bytes.count),
            modified: node.modified, changed: node.changed)
    }

    private func status(_ identity: FileIdentity?) -> Result<Syscalls.FileStatus, FileError> {
        guard let identity else { return .failure(.call(ENOENT)) }
        return .success(Syscalls.FileStatus(identity: identity, mode: S_IFREG | 0o644))
    }

    fileprivate mutating func stat() -> Result<Syscalls.FileStatus, FileError> {
        let shown = visible
        cached = shown
        return status(shown)
    }

    fileprivate mutating func open() -> Result<CInt, FileError> {
        opens += 1
        guard let node else { return .failure(.call(ENOENT)) }
        opened = node
        offset = 0
        // NFS asks the server when a file is opened (nfs(5), close-to-open cache consistency).
        cached = identity(node)
        return .success(3)
    }

    fileprivate mutating func fstat() -> Result<Syscalls.FileStatus, FileError> {
        // In place: the open file is the one that was written.
        if let node, node.inode == opened?.inode { opened = node }
        read = opened.map(identity)
        return status(read)
    }

    fileprivate mutating func read(_ count: Int) -> Result<[UInt8], FileError> {
        if let next = whileRead {
            whileRead = nil
            write(next)
        }
        if let node, node.inode == opened?.inode { opened = node }
        let bytes = (opened?.content.bytes ?? []).dropFirst(offset).prefix(count)
        offset += bytes.count
        return .success(Array(bytes))
    }
}
