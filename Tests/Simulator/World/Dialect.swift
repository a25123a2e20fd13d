internal import Pulse

/// How the documents of a run are written.
package enum Dialect: Int, Sendable, CaseIterable {
    /// PULSE v1.
    case version1
    /// PULSE v2, which doesn't say which run it is.
    case untold
    /// PULSE v2, with `run` and `attempt`.
    case told

    /// What the runs of a world are written in: each in one of these.
    ///
    /// It follows from the world's seed and nothing is drawn for it, so that the worlds of version 1
    /// are what they are, whatever the others do.
    static func spoken(in seed: UInt64) -> [Dialect] {
        switch seed % 32 {
        case 0, 1: [.told]
        case 2: [.untold]
        case 3: allCases
        default: [.version1]
        }
    }

    init(_ document: PulseDocument) {
        self =
            document.details.map { $0.run == nil || $0.attempt == nil ? .untold : .told }
            ?? .version1
    }

    /// Of which trainers it is, for who reads what was counted; nil of those that are counted by kind.
    package var description: String? {
        switch self {
        case .version1: nil
        case .untold: "writes PULSE v2, without saying which run it is"
        case .told: "writes PULSE v2, and says which run and attempt it is"
        }
    }
}
