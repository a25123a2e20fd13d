/// What the name of a number in somebody's log means.
///
/// The names are those that Trainer, Lightning, Keras, Ultralytics and timm use, with or without
/// blanks around them, and in either case.
enum MetricName: Hashable, Sendable {
    /// A training loss; the one with the lower rank is preferred.
    case loss(rank: Int)
    /// Epochs with fractions.
    case epoch
    /// The epoch that is under way, counted in whole numbers.
    case epochIndex
    case step
    /// The norm of the gradient, as the Trainer logs it beside its loss.
    case gradient
    /// The rate of the optimizer, or of one of its groups.
    case learningRate
    /// Told of an evaluation, whose steps are its own.
    case evaluation
    case other

    /// Preferred in this order; any other that ends in `loss` comes after them.
    private static let losses = ["train/loss", "loss", "train_loss"]
    private static let evaluations = ["eval", "val", "valid", "validation", "test", "dev"]

    init(_ name: String) {
        let name = name.drop(while: \.isWhitespace).lowercased()
        let trimmed = String(name.reversed().drop(while: \.isWhitespace).reversed())
        let words = trimmed.split { "/_-. ".contains($0) }
        if words.contains(where: { Self.evaluations.contains(String($0)) }) {
            self = .evaluation
        } else if let rank = Self.losses.firstIndex(of: trimmed) {
            self = .loss(rank: rank)
        } else if trimmed == "train/epoch" {
            self = .epoch
        } else if trimmed == "epoch" {
            self = .epochIndex
        } else if ["step", "global_step", "steps"].contains(trimmed) {
            self = .step
        } else if ["train/grad_norm", "grad_norm"].contains(trimmed) {
            self = .gradient
        } else if Self.isLearningRate(words) {
            self = .learningRate
        } else if words.last == "loss" {
            // `train/box_loss` is a part of a sum that nobody logs: better than none.
            self = .loss(rank: Self.losses.count)
        } else {
            self = .other
        }
    }

    /// `lr`, `train/learning_rate`, `lr/pg0`; of Lightning `lr-Adam/pg1`, but not the
    /// `lr-Adam-momentum` beside it.
    private static func isLearningRate(_ words: [Substring]) -> Bool {
        if words.contains(where: { ["momentum", "decay"].contains($0) }) { return false }
        return words.first == "lr" || words.last == "lr" || words.suffix(2) == ["learning", "rate"]
    }
}
