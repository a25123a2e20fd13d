/// What is left of an estimate.
enum TimeLeft {
    /// `12 min`, `under 1 s`; nil when nothing was estimated, and for an estimate that has run out.
    ///
    /// - Parameters:
    ///   - seconds: the time left when the update was written.
    ///   - age: seconds since then.
    static func text(_ seconds: Double?, after age: Double) -> String? {
        guard let seconds, age <= seconds else { return nil }
        let left = seconds - max(0, age)
        return left < 1 ? "under 1 s" : NumberText.duration(seconds: left)
    }
}
