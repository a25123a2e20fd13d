internal import Glibc
internal import Pulse

/// The processes that a command has started, directly or not, found by their environment.
///
/// They inherit variables that only this run's processes have, and keep them when they leave the
/// process group, the session or their parent. Who clears its environment isn't seen.
struct StartedProcesses: Sendable {
    /// `NAME=value` each.
    private let marks: [[UInt8]]
    /// When the command started: what is older belongs to an earlier run with the same marks.
    private let start: UInt64

    /// A process as `/proc/PID/stat` shows it.
    struct Process: Hashable, Sendable {
        /// Neither ended already and only not waited for, nor a thread of the kernel.
        let isProgram: Bool
        /// Clock ticks after the system's start.
        let start: UInt64

        /// Reads `pid (name) state …`; the flags are field 9, the start is field 22
        /// (proc_pid_stat(5)).
        init?(stat text: String) {
            // A name may have any characters, a closing parenthesis too.
            guard let name = text.lastIndex(of: ")") else { return nil }
            let fields = text[text.index(after: name)...].split(separator: " ")
            guard fields.count > 19, let flags = UInt64(fields[6]), let start = UInt64(fields[19])
            else { return nil }
            isProgram = !["Z", "X", "x"].contains(fields[0]) && flags & Self.kernelThread == 0
            self.start = start
        }

        /// `PF_KTHREAD` of the kernel's `include/linux/sched.h`.
        private static let kernelThread: UInt64 = 0x20_0000
    }

    /// Nil when this system doesn't tell.
    ///
    /// - Parameters:
    ///   - command: the command's own process, not yet reaped.
    ///   - marks: variables that only this run's processes have.
    ///   - environment: what the command was started with.
    init?(of command: pid_t, markedBy marks: [String], in environment: Environment) {
        guard let process = Self.process("\(command)") else { return nil }
        start = process.start
        self.marks = marks.compactMap { name in
            environment.entries.first { $0.starts(with: Array("\(name)=".utf8)) }
        }
    }

    /// Whether any of them still runs after a moment: helpers end just after what started them.
    ///
    /// - Parameter pause: waits a tenth of a second.
    func stillRun(pause: () -> Void) -> Bool {
        for _ in 0..<Self.attempts {
            if !isAny([.marked, .unknown]) { return false }
            pause()
        }
        return isAny([.marked])
    }

    /// A second, and only where something runs on.
    private static let attempts = 10

    /// What can be told of a process.
    private enum Kind {
        case marked, other
        /// It has no environment: it may be between two programs (execve(2)).
        case unknown
    }

    private func isAny(_ kinds: Set<Kind>) -> Bool {
        Self.allIDs.contains { kinds.contains(kind(of: $0)) }
    }

    private func kind(of id: String) -> Kind {
        guard let process = Self.process(id), process.isProgram, process.start >= start,
            id != "\(getpid())", let environment = Self.bytes(of: "/proc/\(id)/environ")
        else { return .other }
        if environment.isEmpty { return .unknown }
        let variables = environment.split(separator: 0)
        return marks.allSatisfy { mark in variables.contains { $0.elementsEqual(mark) } }
            ? .marked : .other
    }

    private static var allIDs: [String] {
        ((try? DirectoryEntry.names(in: "/proc")) ?? []).filter { name in
            name.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
    }

    private static func process(_ id: String) -> Process? {
        bytes(of: "/proc/\(id)/stat").flatMap { Process(stat: String(decoding: $0, as: UTF8.self)) }
    }

    /// Bytes of an environment that are read at most.
    private static let limit = 1 << 20

    /// Nil for what is gone, or another user's.
    private static func bytes(of path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var found: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while found.count < limit {
            let count = unsafe read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            found += chunk[..<count]
        }
        return found
    }
}
