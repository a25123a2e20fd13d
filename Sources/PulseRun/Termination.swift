/// How a process ended.
enum Termination: Hashable, Sendable {
    /// By itself, with this exit code.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)

    /// Reads what `waitpid` gives (`<bits/waitstatus.h>`; its macros have no Swift form); nil when
    /// the process only stopped or went on.
    init?(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        switch signal {
        case 0: self = .exited(waitStatus >> 8 & 0xff)
        case 0x7f: return nil
        default: self = .killed(signal)
        }
    }

    var isSuccess: Bool { self == .exited(0) }

    /// What a shell makes of it: 128 and the number for a signal.
    var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .killed(let number): 128 + number
        }
    }

    /// Such as `exit code 1` or `killed by SIGTERM`.
    var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .killed(let number): "killed by \(Self.name(of: number))"
        }
    }

    /// The signals of Linux by their names (signal(7), x86 and ARM numbers).
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]

    private static func name(of number: Int32) -> String {
        let index = Int(number) - 1
        return names.indices.contains(index) ? "SIG\(names[index])" : "signal \(number)"
    }
}
