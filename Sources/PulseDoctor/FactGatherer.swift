internal import Certificates
internal import Glibc
internal import MicroHTTPD
internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// Asks the machine: the thin shell around the checks.
struct FactGatherer: Sendable {
    /// What is seen of the status file.
    private struct Observation: Sendable {
        var writes = WriteFacts()
        var directory: DirectoryFacts
        var file: FileFacts
        var runs: RunsFacts?
    }

    /// What is served, by its path in full.
    private let path: String
    private let isDirectory: Bool
    let host: String
    let port: UInt16
    let basePath: String
    let observation: Duration
    let certificate: String?
    let settings: SettingFacts
    let archive: ArchiveFacts?
    /// A file system that takes longer hangs.
    private static let timeout = Duration.seconds(5)
    /// The same of a directory: each of its files may take its time.
    private static let directoryTimeout = Duration.seconds(30)
    private let mounts = MountTable(Self.text(of: "/proc/self/mountinfo"))

    init(
        _ place: ExaminedPlace, host: String, port: UInt16, basePath: String = "/",
        observation: Duration,
        certificate: String? = nil, settings: SettingFacts = SettingFacts(),
        archive: ArchiveFacts? = nil
    ) {
        // In full: which file is meant is half of the answer.
        (path, isDirectory) =
            switch place {
            case .statusFile(let path): (AbsolutePath.of(path), false)
            case .runsDirectory(let path): (AbsolutePath.of(path), true)
            }
        self.certificate = certificate
        self.settings = settings
        self.archive = archive
        self.host = host
        self.port = port
        self.basePath = basePath
        self.observation = observation
    }

    func facts() -> Facts {
        let seen = seen()
        return Facts(
            statusFile: path, directory: seen.directory, file: seen.file,
            writes: seen.writes,
            port: address(),
            certificate: certificate.map {
                CertificateFacts(path: AbsolutePath.of($0), validity: Self.validity(of: $0))
            }, settings: settings, runs: seen.runs, archive: archive, now: Int64(time(nil)))
    }

    /// On a thread of its own: a file system that hangs is a finding, too.
    private func seen() -> Observation {
        let limit = isDirectory ? Self.directoryTimeout : observation + Self.timeout
        let found = BlockingThread.run("pulse.doctor", atMost: limit) {
            guard !isDirectory else {
                return Observation(
                    directory: directory(), file: FileFacts(content: .success([])),
                    runs: .gathered(from: path))
            }
            let writes = observe()
            return Observation(writes: writes, directory: directory(), file: file())
        }
        if let found { return found }
        let place = directoryPath
        var nothing = Observation(
            directory: DirectoryFacts(path: place), file: FileFacts(content: .success([])))
        nothing.file.isHanging = true
        if let mount = mounts.mount(holding: place) {
            (nothing.directory.fileSystem, nothing.directory.mountPoint) = (mount.type, mount.point)
        }
        return nothing
    }

    private static func validity(of file: String) -> CertificateValidity? {
        let bytes = try? WholeFile.bytes(of: file, upTo: 1 << 20)
        return bytes.flatMap { CertificateChain(pem: $0)?.validity }
    }

    private func observe() -> WriteFacts {
        var observer = WriterObserver(path: path)
        let end = ContinuousClock.now + observation
        let pause = UInt32(WriterObserver.interval / .microseconds(1))
        while ContinuousClock.now < end {
            usleep(pause)
            observer.poll()
        }
        observer.end(after: observation)
        return observer.writes
    }

    private var directoryPath: String { isDirectory ? path : SplitPath(path).directory }

    private func directory() -> DirectoryFacts {
        let path = directoryPath
        var facts = DirectoryFacts(path: path)
        let planned = FileSystemTable(Self.text(of: "/etc/fstab"))
            .point(holding: AbsolutePath.real(path) ?? path)
        facts.missingMount = planned.flatMap { mounts.isMounted($0) ? nil : $0 }
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            facts.errno = errno
            return facts
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            facts.errno = ENOTDIR
            return facts
        }
        facts.canEnter = unsafe faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0
        facts.canList = unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0
        facts.isEmpty = Self.isEmpty(path)
        if let mount = AbsolutePath.real(path).flatMap({ mounts.mount(holding: $0) }) {
            facts.fileSystem = mount.type
            (facts.mountPoint, facts.mountRoot) = (mount.point, mount.root)
        }
        tryInotify(&facts)
        return facts
    }

    private static func isEmpty(_ directory: String) -> Bool {
        var isEmpty = true
        do throws(FileError) {
            try DirectoryEntry.each(in: directory) { _ in
                isEmpty = false
                return false
            }
        } catch {
            return false
        }
        return isEmpty
    }

    private func tryInotify(_ facts: inout DirectoryFacts) {
        let instance = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard instance >= 0 else {
            facts.inotifyErrno = errno
            facts.lacksInstances = true
            return
        }
        defer { close(instance) }
        if unsafe inotify_add_watch(instance, facts.path, UInt32(IN_MOVED_TO | IN_ONLYDIR)) < 0 {
            facts.inotifyErrno = errno
        }
    }

    private func file() -> FileFacts {
        var facts = FileFacts(content: .success([]))
        do throws(PulseError) {
            let file = try FileContent(path: path)
            facts.content = file.bytes.map { .success($0) } ?? .failure(.tooLarge)
            facts.modified = file.modified
        } catch {
            facts.content = .failure(error)
        }
        var information = stat()
        if unsafe stat(path, &information) == 0 {
            facts.mode = information.st_mode & 0o7777
        }
        facts.link = AbsolutePath.target(of: path)
        facts.mountRoots = AbsolutePath.real(path).map { mounts.roots(at: $0) } ?? []
        return facts
    }

    func address() -> PortFacts {
        var facts = PortFacts(host: host, port: port)
        do throws(MicroHTTPDError) {
            // Bound as the server would bind, and given back at once.
            _ = try ListenSockets(host: host, port: port)
        } catch {
            facts.errno = error.code == .unknownHost ? EADDRNOTAVAIL : error.errno
        }
        if facts.errno == EADDRINUSE {
            facts.server = ServerProbe(
                address: HostPort(host: host, port: port).local, basePath: basePath
            ).facts()
        }
        return facts
    }

    /// A table of the system's; empty where it can't be read.
    private static func text(of table: String) -> String {
        let bytes = (try? WholeFile.bytes(of: table, upTo: 1 << 24)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }
}
