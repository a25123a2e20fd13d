/// What is wrong with settings by their words alone: judged by who knows all settings.
package struct SettingFacts: Sendable {
    /// Variables that have the name of a setting, and are another program's.
    var foreign: [ForeignSetting]
    /// Variables that have nearly the name of a setting, and are none.
    var misspelt: [MisspeltSetting]
    /// Allowed hosts that no request can name.
    var unusableHosts: [UnusableHost]

    package init(
        foreign: [ForeignSetting] = [], misspelt: [MisspeltSetting] = [],
        unusableHosts: [UnusableHost] = []
    ) {
        self.foreign = foreign
        self.misspelt = misspelt
        self.unusableHosts = unusableHosts
    }
}

/// A variable of the environment that isn't what it seems to be.
package struct ForeignSetting: Sendable {
    let assignment: String
    let owner: String
    let fix: String

    /// - Parameters:
    ///   - assignment: name and value, such as `PULSE_PORT=tcp://10.0.0.7:80`.
    ///   - owner: whose it is, as a sentence.
    ///   - fix: what to do where a setting was meant.
    package init(assignment: String, owner: String, fix: String) {
        (self.assignment, self.owner, self.fix) = (assignment, owner, fix)
    }
}

/// A variable that nobody reads.
package struct MisspeltSetting: Sendable {
    let name: String
    let meant: String

    /// - Parameters:
    ///   - name: the variable, such as `PULSE_STATUSFILE`.
    ///   - meant: the setting with nearly that name.
    package init(name: String, meant: String) {
        (self.name, self.meant) = (name, meant)
    }
}

/// A name that no client can send in `Host`.
package struct UnusableHost: Sendable {
    let name: String
    let advice: String

    /// - Parameters:
    ///   - name: as it was given.
    ///   - advice: what to type instead, as a part of a sentence.
    package init(name: String, advice: String) {
        (self.name, self.advice) = (name, advice)
    }
}
