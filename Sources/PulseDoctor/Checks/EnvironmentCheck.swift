/// Whether a variable that looks like a setting is another program's.
enum EnvironmentCheck {
    static func findings(_ facts: Facts) -> [Finding] {
        facts.foreignVariables.map { variable in
            .note(
                "environment",
                "\(variable.assignment) in the environment is ignored: \(variable.owner).",
                fix: "Where a setting was meant, \(variable.fix).")
        }
    }
}
