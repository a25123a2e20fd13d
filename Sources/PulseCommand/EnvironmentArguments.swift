import Glibc

/// Settings of `pulse serve` from the environment: `PULSE_PORT=9000` stands for `--port 9000`.
///
/// They become arguments before the user's own, so that both are judged by the same rules. An
/// option that the user gives is left out: flags win over the environment.
enum EnvironmentArguments {
    /// Options with one value.
    private static let options = [
        "status-file", "host", "port", "public-dir", "poll-interval", "stale-after",
        "heartbeat-interval",
        "max-streams", "token-file", "on-transition", "tls-certificate", "tls-key", "log-level",
        "log-format",
    ]
    /// Options that may be repeated; their variable holds a list with commas.
    private static let lists = ["allowed-host", "cors-origin"]
    /// Flags; their variable is `true` or `false`.
    private static let flags = ["no-watch", "allow-anonymous"]

    static func adding(
        to arguments: [String], environment: @escaping (String) -> String? = Self.variable
    ) -> [String] {
        guard arguments.first == "serve" else { return arguments }
        let own = arguments.dropFirst().prefix { $0 != "--" }
        let isGiven = { (name: String) in
            own.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
        }
        let value = { (name: String) in
            isGiven(name)
                ? nil
                : environment(
                    "PULSE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined())
        }
        var added: [String] = []
        for name in options {
            if let value = value(name) { added.append("--\(name)=\(value)") }
        }
        for name in lists {
            for item in value(name)?.split(separator: ",") ?? [] {
                added.append("--\(name)=\(item)")
            }
        }
        for name in flags {
            switch value(name) {
            case nil, "", "0", "false": continue
            case "1", "true": added.append("--\(name)")
            // Not a word that means yes or no: let the parser say so.
            case let other?: added.append("--\(name)=\(other)")
            }
        }
        return ["serve"] + added + arguments.dropFirst()
    }

    static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
