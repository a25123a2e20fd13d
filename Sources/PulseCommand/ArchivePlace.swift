import Glibc
import Pulse

/// Where the archive is unless the user says where.
struct ArchivePlace {
    /// A variable's value.
    let environment: (String) -> String?

    /// systemd's directory for state, else the user's (XDG Base Directory Specification); nil where
    /// none is known.
    var path: String? {
        if let directory = value("STATE_DIRECTORY") {
            // systemd gives all of a unit's, with colons between them.
            return directory.prefix { $0 != ":" } + "/pulse.db"
        }
        if let state = value("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/pulse/pulse.db"
        }
        return value("HOME").map { $0 + "/.local/state/pulse/pulse.db" }
    }

    /// As this process' environment says.
    static var current: ArchivePlace {
        ArchivePlace(environment: { EnvironmentArguments.variable($0) })
    }

    private func value(_ name: String) -> String? {
        environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Makes the directory of a file, and those above it, for their owner alone; whoever opens the
    /// file says why that failed.
    static func makeDirectory(of path: String) {
        guard path.hasPrefix("/") else { return }
        var directory = ""
        for part in SplitPath(path).directory.split(separator: "/") {
            directory += "/" + part
            _ = unsafe mkdir(directory, 0o700)
        }
    }

    /// The address of a file: the same however it is named.
    static func address(ofFile path: String) -> String {
        let split = SplitPath(path)
        guard let real = unsafe realpath(split.directory, nil) else { return path }
        defer { unsafe free(real) }
        let directory = unsafe String(cString: real)
        return (directory == "/" ? "" : directory) + "/" + split.name
    }

    /// The address of a directory; of one that isn't there yet, by the directory above it.
    static func address(ofDirectory path: String) -> String {
        guard let real = unsafe realpath(path, nil) else {
            return address(ofFile: path.hasSuffix("/") ? String(path.dropLast()) : path)
        }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
