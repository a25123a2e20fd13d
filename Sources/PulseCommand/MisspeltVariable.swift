/// A variable of the environment that is no setting, and has nearly the name of one.
struct MisspeltVariable: Equatable {
    let name: String
    /// The setting that was meant.
    let meant: String

    private static let prefix = "PULSE_"
    /// Names that are set by others: PulseAudio's clients, and `pulse` itself.
    private static let foreign: Set<String> = [
        "SERVER", "SINK", "SOURCE", "COOKIE", "CLIENTCONFIG", "SCRIPT", "LOG", "PROP",
        "SUPERVISED", "RUN", "ATTEMPT",
    ]
    /// What Kubernetes sets for a service that is named pulse begins like this.
    private static let foreignPrefixes = ["SERVICE_", "PORT_"]
    /// What it sets for every other service of the namespace, `pulse-archive` for one, has one of these in
    /// its name or ends in the last.
    private static let foreignParts = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"]
    private static let foreignEnd = "_PORT"
    /// Longer names are no slip of a finger.
    private static let lengthLimit = 64

    /// - Parameters:
    ///   - name: of a variable, such as `PULSE_STATUSFILE`.
    ///   - settings: the names of all settings.
    /// - Returns: nil when the variable is a setting, another program's, or like no setting.
    init?(_ name: String, settings: [String]) {
        let upper = name.uppercased()
        guard upper.hasPrefix(Self.prefix), upper.utf8.count <= Self.lengthLimit,
            !settings.contains(name)
        else { return nil }
        let rest = String(upper.dropFirst(Self.prefix.count))
        guard !Self.foreign.contains(rest),
            !Self.foreignPrefixes.contains(where: rest.hasPrefix),
            !Self.foreignParts.contains(where: rest.contains), !rest.hasSuffix(Self.foreignEnd)
        else { return nil }
        let ranked = settings.compactMap { setting in
            Self.distance(rest, String(setting.dropFirst(Self.prefix.count))).map { ($0, setting) }
        }
        guard let nearest = ranked.min(by: { $0 < $1 }) else { return nil }
        (self.name, meant) = (name, nearest.1)
    }

    /// How far a name is from a setting's; nil when it can't be meant.
    private static func distance(_ name: String, _ setting: String) -> Int? {
        let (letters, meant) = (name.filter { $0 != "_" }, setting.filter { $0 != "_" })
        let changes = EditDistance.of(letters, meant)
        let limit = meant.count < 4 ? 0 : meant.count < 6 ? 1 : 2
        if changes <= limit { return changes }
        // Cut short, or with a word more: PULSE_TLS_CERT, PULSE_TLS_CERTIFICATE_FILE.
        let isPart =
            letters.count >= 3 && meant.hasPrefix(letters)
            || meant.count >= 4 && name.hasPrefix("\(setting)_")
        return isPart ? limit + changes : nil
    }
}

/// How many letters differ between two words.
enum EditDistance {
    /// Letters that are missing, too many, others, or exchanged with their neighbour
    /// (Damerau's distance, each place changed once).
    static func of(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        var before: [Int] = []
        var last = Array(0...other.count)
        for row in 0..<one.count {
            var current = [row + 1]
            for column in 0..<other.count {
                let isSame = one[row] == other[column]
                var best = min(
                    last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1],
                    one[row - 1] == other[column]
                {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            (before, last) = (last, current)
        }
        return last[other.count]
    }
}
