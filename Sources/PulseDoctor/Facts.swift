internal import Pulse

/// All that the checks judge by: gathered once, made up by tests.
struct Facts: Sendable {
    var statusFile: String
    var directory: DirectoryFacts
    var file: FileFacts
    /// What was seen while the file was watched.
    var writes: WriteFacts
    var port: PortFacts
    /// This machine's unix time when the file was read.
    var now: Int64
}

/// The directory that holds the status file.
struct DirectoryFacts: Sendable {
    var path: String
    /// The `errno` of examining it; 0 when it is there and is a directory.
    var errno: Int32 = 0
    /// Whether files in it can be opened.
    var canEnter = true
    /// Whether it can be listed, which is what inotify asks for.
    var canList = true
    /// The type of the file system it is on, as /proc/self/mountinfo names it.
    var fileSystem = ""
    /// The `errno` of watching it with inotify(7); 0 when that works.
    var inotifyErrno: Int32 = 0
    /// Whether it was making the inotify instance that failed, not the watch.
    var lacksInstances = false
}

/// The status file.
struct FileFacts: Sendable {
    /// The document, or why there is none.
    var content: Result<[UInt8], PulseError>
    /// When it was written last: unix time.
    var modified: Int64?
    /// Where it leads to; nil when it is no symbolic link.
    var link: String?
    /// The mounts of which it is the mount point itself: their roots as /proc/self/mountinfo has
    /// them.
    var mountRoots: [String] = []
}

/// What the observation of the writer brought.
struct WriteFacts: Sendable, Equatable {
    var observed = Duration.zero
    /// Times that another file was in its place.
    var replacements = 0
    /// Times that the same file had another content.
    var changesInPlace = 0
}

/// The address that the server is to listen on.
struct PortFacts: Sendable {
    var host: String
    var port: UInt16
    /// The `errno` of binding to it; 0 when it is free.
    var errno: Int32 = 0
    /// Whether who listens there answers as Pulse does.
    var isPulse = false
}
