internal import Glibc

/// The environment that a command is started with.
///
/// Bytes, not text: what isn't UTF-8 must reach the command as it is.
struct Environment: Hashable, Sendable {
    /// Tells a command that its end is seen from outside: callbacks then leave the final status to
    /// that.
    static let supervised = "PULSE_SUPERVISED"
    /// Where the status file is.
    static let statusFile = "PULSE_STATUS_FILE"
    /// The version of PULSE that writers write.
    static let version = "PULSE_VERSION"
    /// What names a status file otherwise.
    static let choosing = ["PULSE_RUNS_DIR", "PULSE_NAME"]

    /// `NAME=value` each.
    private(set) var entries: [[UInt8]]

    init(_ entries: [String]) {
        self.entries = entries.map { Array($0.utf8) }
    }

    private init(block: [UInt8]) {
        entries = block.split(separator: 0).map(Array.init)
    }

    /// This process's own.
    static var own: Environment {
        // `environ` itself is a global that Swift 6 can't call safe. Nothing here changes it, so
        // what the kernel kept of it is the same (proc_pid_environ(5)).
        let file = unsafe open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Environment([]) }
        defer { close(file) }
        var block: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &chunk, chunk.count)
            guard count > 0 else { return Environment(block: block) }
            block += chunk[..<count]
        }
    }

    /// The value of a variable; nil when it isn't set.
    subscript(name: String) -> String? {
        get {
            let start = Array("\(name)=".utf8)
            return entries.first { $0.starts(with: start) }
                .map { String(decoding: $0.dropFirst(start.count), as: UTF8.self) }
        }
        set {
            let start = Array("\(name)=".utf8)
            entries.removeAll { $0.starts(with: start) }
            if let newValue { entries.append(start + newValue.utf8) }
        }
    }

    /// Keeps requests to this machine on it when a proxy is set for the rest of the world.
    ///
    /// Python's urllib sends even requests to 127.0.0.1 through a proxy unless `no_proxy` names it;
    /// the spelling in small letters wins.
    mutating func bypassProxyOnLoopback() {
        let proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        guard proxies.contains(where: { self[$0] != nil }) else { return }
        let exceptions = self["no_proxy"] ?? self["NO_PROXY"] ?? ""
        if exceptions != "*" {
            self["no_proxy"] = exceptions.isEmpty ? "127.0.0.1" : exceptions + ",127.0.0.1"
        }
    }
}
