internal import Glibc

extension Syscalls {
    /// The system's calls, for a place whose symbolic links must not leave its file system: what one
    /// that does leads to isn't opened, and what it leads to may hang or belong to others.
    ///
    /// - Parameters:
    ///   - device: of the place.
    ///   - isLinked: whether a directory in the path is a link itself.
    package static func staying(on device: UInt64, isLinked: Bool) -> Syscalls {
        var calls = Syscalls.system
        calls.stat = { path throws(FileError) in
            let link = try lstat(path)
            guard isLinked || link.isLink else { return link }
            let status = try system.stat(path)
            guard status.device == device else { throw .call(EXDEV) }
            return status
        }
        return calls
    }

    /// What `lstat` tells: of a link itself.
    package static func lstat(_ path: String) throws(FileError) -> FileStatus {
        try linkStatus(path)
    }
}

extension Syscalls.FileStatus {
    /// The device of the file system that the file is on.
    package var device: UInt64 { identity.device }

    /// Its number on that file system.
    package var inode: UInt64 { identity.inode }

    /// Whether it is a symbolic link.
    package var isLink: Bool { mode & S_IFMT == S_IFLNK }

    /// Whether it is a directory.
    package var isDirectory: Bool { mode & S_IFMT == S_IFDIR }

    /// Whether it could have changed since without a trace.
    package func isRacy(at now: Duration) -> Bool { identity.isRacy(at: now) }

    /// When names were added, removed or changed last, of a directory.
    package var namesChanged: Duration { max(identity.modified, identity.changed) }
}
