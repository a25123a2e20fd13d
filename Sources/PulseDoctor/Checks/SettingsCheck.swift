/// Whether settings mean what they seem to: variables of others, misspelt ones, hosts that are none.
enum SettingsCheck {
    private static let name = "environment"

    static func findings(_ facts: Facts) -> [Finding] {
        let settings = facts.settings
        let foreign = settings.foreign.map { variable in
            Finding.note(
                name, "\(variable.assignment) in the environment is ignored: \(variable.owner).",
                fix: "Where a setting was meant, \(variable.fix).")
        }
        let misspelt = settings.misspelt.map { variable in
            Finding.problem(
                name, "\(variable.name) in the environment is no setting: nobody reads it.",
                fix: "Name it \(variable.meant), or take it out.")
        }
        let hosts = settings.unusableHosts.map { host in
            Finding.problem(
                "allowed-host", "--allowed-host '\(host.name)' can be the Host of no request.",
                fix: "\(host.advice.prefix(1).uppercased())\(host.advice.dropFirst()).")
        }
        return foreign + misspelt + hosts
    }
}
