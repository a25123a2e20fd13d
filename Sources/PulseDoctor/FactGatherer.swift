internal import Glibc
internal import MicroHTTPD
internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// Asks the machine: the thin shell around the checks.
struct FactGatherer {
    let statusFile: String
    let host: String
    let port: UInt16
    let observation: Duration
    private let mounts = MountTable(Self.mountTable())

    init(statusFile: String, host: String, port: UInt16, observation: Duration) {
        // In full: which file is meant is half of the answer.
        self.statusFile =
            statusFile.hasPrefix("/") ? statusFile : Self.workingDirectory + "/" + statusFile
        self.host = host
        self.port = port
        self.observation = observation
    }

    func facts() -> Facts {
        let writes = observe()
        return Facts(
            statusFile: statusFile, directory: directory(), file: file(), writes: writes,
            port: address(), now: Int64(time(nil)))
    }

    private func observe() -> WriteFacts {
        var observer = WriterObserver(path: statusFile)
        let end = ContinuousClock.now + observation
        let pause = UInt32(WriterObserver.interval / .microseconds(1))
        while ContinuousClock.now < end {
            usleep(pause)
            observer.poll()
        }
        observer.end(after: observation)
        return observer.writes
    }

    private func directory() -> DirectoryFacts {
        let path = SplitPath(statusFile).directory
        var facts = DirectoryFacts(path: path)
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
        facts.fileSystem = Self.real(path).map { mounts.type(of: $0) } ?? ""
        tryInotify(&facts)
        return facts
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
            let file = try FileContent(path: statusFile)
            facts.content = file.bytes.map { .success($0) } ?? .failure(.tooLarge)
            facts.modified = file.modified
        } catch {
            facts.content = .failure(error)
        }
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = unsafe readlink(statusFile, &target, target.count)
        if length > 0 {
            facts.link = String(
                decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        facts.mountRoots = Self.real(statusFile).map { mounts.roots(at: $0) } ?? []
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
        if facts.errno == EADDRINUSE { facts.isPulse = answersAsPulse() }
        return facts
    }

    private func answersAsPulse() -> Bool {
        let address = HostPort(host: host, port: port).local
        return ["http", "https"].contains { scheme in
            guard let url = try? ServerURL("\(scheme)://\(address)"),
                let answer = try? HTTPExchange(
                    get: "livez", at: url, trust: .anyone, timeout: .seconds(1),
                    cancellation: CancellationPipe())
            else { return false }
            return answer.head.status == 200
        }
    }

    private static var workingDirectory: String {
        guard let path = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// The path without links, `.` and `..`; nil when nothing is there.
    private static func real(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    private static func mountTable() -> String {
        let bytes = (try? WholeFile.bytes(of: "/proc/self/mountinfo", upTo: 1 << 24)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }
}
