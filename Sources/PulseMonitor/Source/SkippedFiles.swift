/// What lies in a runs directory and isn't served, counted by reason.
public struct SkippedFiles: Sendable, Equatable {
    /// Why a file isn't served.
    public enum Reason: String, Sendable, CaseIterable {
        /// Its name is no name of a run.
        case invalidName = "invalid_name"
        /// A file has the same name as this folder, and wins.
        case sameName = "same_name"
        /// It can't be read, and never could while it held a valid document.
        case unreadable
        /// It never held a valid document.
        case neverValid = "never_valid"
        /// There are more than may be.
        case tooMany = "too_many"
    }

    /// How many there are, for each reason.
    public private(set) var counts: [Reason: Int] = [:]
    /// Some of them, by their names as they can be shown; of those beyond the limit none.
    public private(set) var examples: [String: Reason] = [:]
    /// Why the directory itself can't be listed; nil while it can.
    public var directoryError: String?

    /// So many are named.
    static let exampleLimit = 100

    /// Nothing is skipped.
    public init() {}

    package mutating func add(_ name: String, _ reason: Reason) {
        counts[reason, default: 0] += 1
        if examples.count < Self.exampleLimit { examples[name] = reason }
    }

    /// Adds those beyond the limit, which have no names: which of them are read is chance.
    package mutating func add(tooMany count: Int) {
        if count > 0 { counts[.tooMany, default: 0] += count }
    }
}
