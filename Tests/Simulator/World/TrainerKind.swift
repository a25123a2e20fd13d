/// What trainers of a kind have in common, as met in the field.
package enum TrainerKind: Int, Sendable, CaseIterable {
    /// Begins at 0, counts fractions, and says its checkpoint's epoch when it resumes.
    case fractions
    /// Counts whole epochs, the first as 1.
    case fromOne
    /// Says epoch 0 from its beginning to its end.
    case uncounted
    /// Says 0 several times before it advances.
    case repeatsZero
    /// Resumes by saying 0 first, and jumps to its checkpoint then, as Hugging Face's does.
    case resumesAtZero
    /// Logs no loss at first.
    case logsLossLate
    /// Learns its total late, and changes it.
    case changesTotal
    /// Reports late in each epoch, and at its end.
    case reportsSeldom
    /// Writes `idle` before it begins, and before it resumes.
    case idles

    package var description: String {
        switch self {
        case .fractions: "begins at 0, resumes at its checkpoint"
        case .fromOne: "counts from 1"
        case .uncounted: "never counts epochs"
        case .repeatsZero: "says 0 several times"
        case .resumesAtZero: "resumes at 0, then jumps"
        case .logsLossLate: "logs no loss at first"
        case .changesTotal: "changes its total"
        case .reportsSeldom: "reports late in each epoch, and at its end"
        case .idles: "writes idle before it resumes"
        }
    }

    var firstEpoch: Double { self == .fromOne ? 1 : 0 }
}
