internal import Certificates
internal import Pulse
internal import PulseClient

/// All that the checks judge by: gathered once, made up by tests.
struct Facts: Sendable {
    var statusFile: String
    var directory: DirectoryFacts
    var file: FileFacts
    /// What was seen while the file was watched.
    var writes: WriteFacts
    var port: PortFacts
    /// The certificate that the server is to show; nil when there is to be none.
    var certificate: CertificateFacts?
    /// What is wrong with settings by their words alone.
    var settings = SettingFacts()
    /// What lies in the directory, where that is what is to be served; nil for one status file.
    var runs: RunsFacts?
    /// The archive that the server is to keep; nil when there is to be none.
    var archive: ArchiveFacts?
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
    /// Whether nothing at all lies in it, as in a place where something is to be mounted.
    var isEmpty = false
    /// The mount that holds it: where it is, and its root as /proc/self/mountinfo has it.
    var mountPoint = ""
    var mountRoot = ""
    /// Where something is to be mounted that would hold it, and isn't; nil when all is mounted.
    var missingMount: String?
    /// The type of the file system it is on, as /proc/self/mountinfo names it.
    var fileSystem = ""
    /// The `errno` of watching it with inotify(7); 0 when that works.
    var inotifyErrno: Int32 = 0
    /// Whether it was making the inotify instance that failed, not the watch.
    var lacksInstances = false
}

/// The status file.
struct FileFacts: Sendable {
    /// Whether its file system doesn't answer: nothing else is known then.
    var isHanging = false
    /// The document, or why there is none.
    var content: Result<[UInt8], PulseError>
    /// When it was written last: unix time.
    var modified: Int64?
    /// The absolute path of what it leads to; nil when it is no symbolic link.
    var link: String?
    /// Its permissions (chmod(2)); nil when they can't be had.
    var mode: UInt32?
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
    /// Whether a file that others may read was replaced by one that they may not.
    var losesReaders = false
}

/// The address that the server is to listen on.
struct PortFacts: Sendable {
    var host: String
    var port: UInt16
    /// The `errno` of binding to it; 0 when it is free.
    var errno: Int32 = 0
    /// Who listens there; nil when nobody answers by HTTP.
    var server: ServerFacts?
}

/// The server that has the address already.
struct ServerFacts: Sendable {
    /// Whether it says that it is Pulse, or shows what only Pulse has.
    var isPulse: Bool
    /// What it calls itself in `Server` (RFC 9110 §10.2.4).
    var name: String?
    /// Its unix time, from `Date`.
    var time: Int64?
    /// The certificate that it shows, by HTTPS.
    var certificate: CertificateFacts?
}

/// A certificate, and when it is valid.
struct CertificateFacts: Sendable {
    /// Its file; nil for one that a server shows.
    var path: String?
    /// Unix times; nil when there is no certificate to be read.
    var validity: CertificateValidity?
}
