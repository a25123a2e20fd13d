internal import Glibc

/// The terminal at standard output, and what it can do.
struct Terminal {
    /// Whether colours may be used: never the only sign.
    let hasColor: Bool
    /// Whether more than ASCII can be shown.
    let isUnicode: Bool

    /// nil when standard output is no terminal, or one that can't move its cursor.
    init?(environment: (String) -> String?) {
        guard isatty(STDOUT_FILENO) == 1, let kind = environment("TERM"), kind != "dumb",
            !kind.isEmpty
        else { return nil }
        // https://no-color.org
        hasColor = (environment("NO_COLOR") ?? "").isEmpty
        isUnicode = Self.isUnicode(environment)
    }

    /// Columns and rows now.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), max(Int(size.ws_row), 1))
    }

    /// By the locale's name, which is found as POSIX says (Base Definitions §8.2).
    static func isUnicode(_ environment: (String) -> String?) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment($0) }
            .first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }
}
