internal import Pulse

/// What nobody can know who sees PULSE v1 documents alone.
///
/// The contract's rule decides these, and decides them wrongly at times. All that the oracle excuses
/// stands here.
package enum Inherent: Int, Sendable, CaseIterable {
    /// The first documents of a run were overwritten before a poll came, so that the run seems to
    /// begin in its middle: as a resume does.
    case unseenBeginning
    /// A run that never got beyond its first epoch was killed, and another began at the same one:
    /// trainers say their first epoch several times, and some never count.
    case noAdvance
    /// A run was done, and another began at or above its last epoch with a larger total: as one
    /// does that is extended.
    case looksExtended
    /// A run began anew, and what was seen of it first was a long way, then a short one: as of a
    /// trainer that resumes at 0 and jumps.
    case looksLikeJump
    /// A run began anew at 1, and what was seen of it next lies above the end of the one before: as
    /// of a line that came late.
    case looksLate
    /// A line came late, and the process ended before its next one: the line is taken for the
    /// beginning of an attempt, as of a process that fails in its first step.
    case lateThenKilled

    package var text: String {
        switch self {
        case .unseenBeginning: "a run whose first documents no poll had found"
        case .noAdvance: "a run killed at its first epoch, and another that begins there"
        case .looksExtended: "a new run that begins at the end of one that was done"
        case .looksLikeJump: "a new run seen in one long stride, then a short one"
        case .looksLate: "a new run that passed the one before it between two polls"
        case .lateThenKilled: "a line that came late, before its process ended"
        }
    }

    /// Why a new run can't be told from the one that is current.
    ///
    /// - Parameter act: the first of the run that was seen, which isn't `idle`.
    static func reason(toTake act: Act, for run: RunFacts) -> Inherent? {
        guard act.isBeginning else { return .unseenBeginning }
        guard act.document.epoch >= run.newest else { return nil }
        switch run.status {
        case .running: return run.isLeft(by: act.document) ? nil : .noAdvance
        case .done where run.total > 0 && act.document.totalEpochs > run.total:
            return .looksExtended
        default: return nil
        }
    }

    /// Whether the contract's words make a document of a later process go on with the run.
    ///
    /// Then it must. Of an end that is seen alone they say less.
    static func isKnown(_ act: Act, in run: RunFacts) -> Bool {
        guard act.document.status == .running else { return false }
        let epoch = act.document.epoch
        switch run.status {
        case .running:
            let goesOn = epoch >= run.newest && !run.isLeft(by: act.document)
            return goesOn || (epoch > run.first && epoch > 0)
        case .error: return epoch > run.first && epoch > 0
        case .done:
            return run.total > 0 && act.document.totalEpochs > run.total && epoch >= run.newest
        case .idle: return false
        }
    }
}
