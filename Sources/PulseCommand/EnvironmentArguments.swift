import ArgumentParser
import Glibc
import PulseNATS

/// Settings from the environment: `PULSE_PORT=9000` stands for `--port 9000`.
///
/// They become arguments before the user's own, so that both are judged by the same rules. An
/// option that the user gives is left out: flags win over the environment.
struct EnvironmentArguments {
    /// What a command takes from the environment.
    private struct Settings {
        /// Options with one value.
        var options: [String]
        /// Options that may be repeated; their variable holds a list with commas.
        var lists: [String] = []
        /// Flags; their variable is `true` or `false`.
        var flags: [String] = []

        func takes(_ name: String) -> Bool { options.contains(name) || flags.contains(name) }

        func adding(options: [String], flags: [String] = []) -> Settings {
            Settings(options: self.options + options, lists: lists, flags: self.flags + flags)
        }
    }

    /// What every command takes that serves.
    private static let server = Settings(
        options: [
            "status-file", "host", "port", "base-path", "public-dir", "poll-interval",
            "stale-after",
            "heartbeat-interval", "max-streams", "token-file", "tls-certificate", "tls-key",
            "log-level", "log-format",
        ],
        lists: ["allowed-host", "cors-origin", "frame-ancestor"],
        flags: ["no-watch", "allow-anonymous"])

    /// What every command takes that talks to NATS.
    private static let nats = ["nats-credentials", "nats-ca", "nats-certificate", "nats-key"]

    private static let settings = [
        "serve": server.adding(
            options: [
                "source", "runs-dir", "name", "max-runs", "on-transition", "archive", "keep-runs",
                "keep-for",
            ] + nats, flags: ["no-archive"]),
        "runs": Settings(options: ["archive"]),
        "run": server.adding(
            options: [
                "runs-dir", "name", "total-epochs", "total-steps", "pulse-version", "trainer-log",
                "to", "linger",
            ] + nats,
            flags: [
                "no-kubeflow", "no-log-search", "no-capture", "serve", "keep-serving", "no-linger",
            ]),
        "relay": Settings(
            options: ["status-file", "runs-dir", "to", "poll-interval", "log-level", "log-format"]
                + nats,
            flags: ["no-watch"]),
        "doctor": Settings(
            options: [
                "status-file", "runs-dir", "host", "port", "base-path", "tls-certificate",
                "archive",
            ],
            lists: ["allowed-host"]),
        "write": Settings(options: ["status-file", "pulse-version"]),
        "healthcheck": Settings(options: ["host", "port", "base-path", "tls-certificate"]),
    ]
    /// Options of which a command takes one: a flag for one wins over a variable for another, and an
    /// empty variable gives way to one that has a value.
    private static let alternatives = [
        ["status-file", "source", "runs-dir"], ["archive", "no-archive"],
    ]
    private static let shortNames = ["status-file": "s", "port": "p"]

    /// The user's arguments, with those from the environment before them.
    let arguments: [String]
    /// The variables that were used, such as `PULSE_PORT=9000`.
    private(set) var variables: [String] = []
    /// Those that would have been used, and are another program's.
    private(set) var foreign: [ForeignVariable] = []

    init(_ arguments: [String], environment: (String) -> String? = Self.variable) {
        guard let command = arguments.first, let settings = Self.settings[command] else {
            self.arguments = arguments
            return
        }
        let own = arguments.dropFirst().prefix { $0 != "--" }
        // What is named without an option, the parser alone can tell from an option's value.
        let namesPlace = command == "serve" && Self.namesPlace(arguments.dropFirst())
        var used: [String] = []
        var foreign: [ForeignVariable] = []
        func value(_ name: String) -> String? {
            let variable = Self.variable(of: name)
            guard !Self.isGiven(name, in: own), let value = environment(variable) else {
                return nil
            }
            // As the other writers read it.
            if name == "pulse-version", value.isEmpty { return nil }
            let others = Self.alternatives.first { $0.contains(name) } ?? []
            if namesPlace, others.contains("status-file") { return nil }
            for other in others where other != name && settings.takes(other) {
                if Self.isGiven(other, in: own) { return nil }
                if value.isEmpty, Self.isSet(other, environment) { return nil }
            }
            if let other = ForeignVariable(variable, value) {
                foreign.append(other)
                return nil
            }
            let isAddress = ["source", "to"].contains(name)
            used.append("\(variable)=\(isAddress ? NATSAddress.withoutPassword(value) : value)")
            return value
        }
        var added: [String] = []
        for name in settings.options {
            if let value = value(name) { added.append("--\(name)=\(value)") }
        }
        for name in settings.lists {
            for item in value(name)?.split(separator: ",") ?? [] {
                added.append("--\(name)=\(item)")
            }
        }
        for name in settings.flags {
            switch value(name) {
            case nil, "", "0", "false": continue
            case "1", "true": added.append("--\(name)")
            // Not a word that means yes or no: let the parser say so.
            case let other?: added.append("--\(name)=\(other)")
            }
        }
        // Behind the command's own commands.
        let words = command == "runs" ? 2 : 1
        self.arguments = arguments.prefix(words) + added + arguments.dropFirst(words)
        variables = used
        self.foreign = foreign
    }

    /// The variables of every command.
    static var allVariables: [String] {
        let names = settings.values.flatMap { $0.options + $0.lists + $0.flags }
        return Set(names).map(variable(of:)).sorted()
    }

    private static func namesPlace(_ arguments: ArraySlice<String>) -> Bool {
        (try? Serve.parse(Array(arguments)))?.served != nil
    }

    private static func isSet(_ name: String, _ environment: (String) -> String?) -> Bool {
        let variable = variable(of: name)
        return environment(variable).map { ForeignVariable(variable, $0) == nil } ?? false
    }

    private static func variable(of name: String) -> String {
        // The one that every writer reads, `pulse_wrapper` as well.
        if name == "pulse-version" { return "PULSE_VERSION" }
        return "PULSE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    private static func isGiven(_ name: String, in arguments: ArraySlice<String>) -> Bool {
        arguments.contains { argument in
            if argument == "--\(name)" || argument.hasPrefix("--\(name)=") { return true }
            // `-p 80`, `-p=80` and `-p80`.
            return shortNames[name].map { argument.hasPrefix("-\($0)") } ?? false
        }
    }

    static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
