internal import Glibc

/// Writes a status file atomically: a reader sees the old document or the new one, never half of
/// either.
///
/// A temporary file in the same directory → write → fsync → rename over the target → fsync of the
/// directory (Order 16.2-FINAL, block 2.1). The target itself is never opened. Its permissions are
/// kept; a new file gets what the umask leaves. When the path is a symbolic link, the file it
/// points to is replaced and the link stays. Other hard links to the target keep the old content,
/// and its owner becomes the writer.
public struct StatusFileWriter: Sendable {
    private let path: String
    private let calls: Syscalls

    /// Links followed at most before they count as a loop; Linux has the same bound.
    private static let linkLimit = 40

    /// - Parameter path: the file to replace. Its directory must exist.
    public init(path: String) {
        self.init(path: path, calls: .system)
    }

    init(path: String, calls: Syscalls) {
        self.path = path
        self.calls = calls
    }

    /// - Throws: ``PulseError``; the target is as it was then, and no temporary file is left. (Only
    ///   when the very last step fails, the fsync of the directory, the new document is in place
    ///   but may not survive a crash.)
    public func write(_ status: TrainingStatus) throws(PulseError) {
        try write(PulseDocument(status))
    }

    /// Writes a document of either version.
    ///
    /// - Throws: ``PulseError``, as for a state.
    public func write(_ document: PulseDocument) throws(PulseError) {
        let document = PulseEncoder.encode(document)
        // A state that was read may be longer in canonical spelling: no reader would take it back.
        guard document.count <= PulseDecoder.sizeLimit else { throw .tooLarge }
        do {
            try replace(with: document)
        } catch {
            throw .file(path, error)
        }
    }

    /// Writes any document so.
    package static func replace(_ path: String, with document: [UInt8]) throws(FileError) {
        try StatusFileWriter(path: path).replace(with: document)
    }

    private func replace(with document: [UInt8]) throws(FileError) {
        let target = try resolveLinks()
        let permissions = try existingPermissions(target)
        let directory = SplitPath(target).directory
        let temporary = Self.temporaryFile(in: directory)
        let directoryDescriptor = try openDirectory(directory)
        defer { if let directoryDescriptor { try? calls.close(directoryDescriptor) } }
        let descriptor = try calls.open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
            permissions.map { $0 & 0o777 } ?? 0o666)
        do throws(FileError) {
            try fill(descriptor, with: document, permissions)
            try calls.rename(temporary, target)
        } catch {
            try? calls.unlink(temporary)
            throw error
        }
        if let directoryDescriptor { try syncDirectory(directoryDescriptor) }
    }

    /// Leaves the descriptor closed in any case.
    private func fill(_ descriptor: CInt, with document: [UInt8], _ permissions: mode_t?)
        throws(FileError)
    {
        do throws(FileError) {
            // Before the content: nobody reads it who could not read the file before. And only
            // where needed: some file systems have no modes and refuse.
            if let permissions, try calls.fstat(descriptor).permissions != permissions {
                try calls.fchmod(descriptor, permissions)
            }
            var rest = document[...]
            while !rest.isEmpty {
                let count = try calls.write(descriptor, rest)
                // No progress and no reason given: trying again could go on forever.
                guard count > 0 else { throw FileError.call(EIO) }
                rest = rest.dropFirst(count)
            }
            try calls.fsync(descriptor)
        } catch {
            try? calls.close(descriptor)
            throw error
        }
        try calls.close(descriptor)
    }

    /// The file that the path means in the end.
    ///
    /// It need not exist.
    private func resolveLinks() throws(FileError) -> String {
        var target = path
        for _ in 0...Self.linkLimit {
            let link: String
            do {
                link = try calls.readlink(target)
            } catch .call(EINVAL), .call(ENOENT) {
                return target
            }
            target = link.hasPrefix("/") ? link : SplitPath(target).directory + "/" + link
        }
        throw .call(ELOOP)
    }

    /// nil when there is no target yet.
    private func existingPermissions(_ target: String) throws(FileError) -> mode_t? {
        let status: Syscalls.FileStatus
        do {
            status = try calls.stat(target)
        } catch .call(ENOENT) {
            return nil
        }
        guard status.isRegular else { throw .notRegular }
        return status.permissions
    }

    /// nil for a directory that can be written to but not opened: it can't be synced, and the write
    /// is atomic still.
    private func openDirectory(_ directory: String) throws(FileError) -> CInt? {
        do {
            return try calls.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        } catch .call(EACCES) {
            return nil
        }
    }

    private func syncDirectory(_ descriptor: CInt) throws(FileError) {
        do {
            try calls.fsync(descriptor)
        } catch .call(EINVAL) {
            // This file system syncs no directories: there is nothing more to do.
        }
    }

    /// Unique, hidden, and never too long, whatever the target's name is.
    private static func temporaryFile(in directory: String) -> String {
        "\(directory)/.pulse-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).tmp"
    }
}
