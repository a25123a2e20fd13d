internal import Glibc

/// Why a command could not be started.
struct StartFailure: Error, Hashable, Sendable {
    let program: String
    let errno: Int32

    /// As shells do: 127 for what isn't there, 126 for what can't be run.
    var exitCode: Int32 { errno == ENOENT ? 127 : 126 }

    var description: String {
        "cannot start \(program): \(unsafe String(cString: strerror(errno)))"
    }
}

/// A started process, ours until it is reaped.
///
/// It stays in our process group, so that the terminal treats both as one job: Ctrl-C and Ctrl-Z
/// reach it directly. It inherits what `exec` would hand on: all descriptors that aren't
/// close-on-exec, and ignored signals, so that `nohup` and `<(…)` work as without us.
struct ChildProcess: Sendable {
    let id: pid_t

    /// - Parameters:
    ///   - command: the program's name and its arguments.
    ///   - program: what is run under that name; nil looks for the name as shells do.
    ///   - descriptors: pairs of ours and what it becomes there.
    ///   - inheritance: how it finds its signals.
    init(
        _ command: [String], program: String? = nil, environment: Environment,
        descriptors: [(ours: Int32, theirs: Int32)], inheritance: SignalQueue.Inheritance
    ) throws(StartFailure) {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        for (ours, theirs) in descriptors {
            unsafe posix_spawn_file_actions_adddup2(&actions, ours, theirs)
        }
        var mask = inheritance.mask
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        var flags = POSIX_SPAWN_SETSIGMASK
        if !inheritance.ignoresBrokenPipes {
            var pipe = sigset_t()
            unsafe sigemptyset(&pipe)
            unsafe sigaddset(&pipe, SIGPIPE)
            unsafe posix_spawnattr_setsigdefault(&attributes, &pipe)
            flags |= POSIX_SPAWN_SETSIGDEF
        }
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var child: pid_t = 0
        let program = program ?? command[0]
        let result = unsafe Self.withCStrings(command.map { Array($0.utf8) }) { arguments in
            unsafe Self.withCStrings(environment.entries) { variables in
                unsafe posix_spawnp(
                    &child, program, &actions, &attributes, arguments, variables)
            }
        }
        guard result == 0 else { throw StartFailure(program: program, errno: result) }
        id = child
    }

    /// Gives how the process ended; nil while it runs.
    ///
    /// Only of this one: other parts of the program have children of their own.
    func reap() -> Termination? {
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(id, &status, WNOHANG)
            if ended == id { return Termination(waitStatus: status) }
            if ended == 0 || errno != EINTR { return nil }
        }
    }

    /// Sends a signal, as long as the process isn't reaped: its number is still its own then.
    func send(_ signal: Int32) {
        _ = kill(id, signal)
    }

    /// The C form of strings, with the NULL that ends it.
    private static func withCStrings<Result>(
        _ strings: [[UInt8]], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { string in
            unsafe (string + [0]).withUnsafeBytes { bytes in
                unsafe bytes.bindMemory(to: CChar.self).baseAddress.flatMap { unsafe strdup($0) }
            }
        }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
            return unsafe body(start)
        }
    }
}
