/// What the oracle of runs counts.
struct IdentityCounts {
    /// Resumes that were seen, and how many of them became a run of their own.
    struct Resumes {
        var seen = 0
        var splits = 0
    }

    private var version1 = Resumes()
    private var untold = Resumes()
    private var told = Resumes()
    /// What was excused.
    var inherent: [Inherent] = []

    /// How it went with runs that are written so.
    subscript(dialect: Dialect) -> Resumes {
        get {
            switch dialect {
            case .version1: version1
            case .untold: untold
            case .told: told
            }
        }
        set {
            switch dialect {
            case .version1: version1 = newValue
            case .untold: untold = newValue
            case .told: told = newValue
            }
        }
    }
}
