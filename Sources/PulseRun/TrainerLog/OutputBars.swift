/// What the bars of a training say together: which of them counts its steps, which its epochs: pure.
///
/// A bar that begins again is the next epoch. One that begins in the first item of another is
/// within it, and the outer one counts the epochs. Any other that begins while one isn't
/// over is of something else, such as an evaluation.
struct OutputBars: Sendable {
    /// How far a training is.
    enum Place: Hashable, Sendable {
        case steps(Double, of: Double?)
        case epochs(Double, of: Double?)
    }

    /// A bar that is drawn over and over.
    private struct Track {
        /// The count that it was drawn with first.
        let first: Double
        var newest: OutputBar
        /// How often it has begun again.
        var restarts = 0.0
        /// It began when the bar that counted steps was over.
        let follows: Bool

        init(_ bar: OutputBar, follows: Bool) {
            (first, newest, self.follows) = (bar.done, bar, follows)
        }

        /// The last items may be drawn no more.
        var isOver: Bool { newest.percent >= 99 }
    }

    private struct Key: Hashable {
        var kind: String
        var total: Double?

        init(_ bar: OutputBar) { (kind, total) = (bar.kind, bar.total) }
    }

    private var tracks: [Key: Track] = [:]
    /// The bar that counts steps.
    private var steps: Key?
    /// The bar around it.
    private var epochs: Key?
    /// The part of the epoch that is under way.
    private var part = 0.0
    /// How far the training is by the bar of epochs: it is drawn late.
    private var reached = 0.0
    /// The number of the first epoch in titles: people count from 0, or from 1.
    private var firstEpoch: Double?

    /// Bars that are told apart; what further ones draw is passed over.
    private static let limit = 16

    /// Where the training is by a bar; nil for one of something else.
    mutating func take(_ bar: OutputBar) -> Place? {
        guard bar.isTraining else { return nil }
        if let (number, total) = bar.epoch {
            firstEpoch = min(firstEpoch ?? number, number)
            return .epochs(number - (firstEpoch == 0 ? 0 : 1) + bar.part, of: total)
        }
        let key = Key(bar)
        if bar.countsEpochs { epochs = key }
        guard firstEpoch == nil || key == epochs, let isNew = note(bar, key) else { return nil }
        if key == epochs { return place(ofEpochs: bar) }
        guard key == steps || isNew && choose(key, bar) || replaces(key) else { return nil }
        part = bar.part
        if epochs != nil { return place() }
        let restarts = tracks[key]?.restarts ?? 0
        if restarts > 0 { return .epochs(restarts + part, of: nil) }
        // Before its first step it may yet turn out to count epochs.
        return bar.done > 0 ? .steps(bar.done, of: bar.total) : nil
    }

    /// Takes note of what is drawn.
    ///
    /// True for a bar that wasn't there before, nil for one that is passed over.
    private mutating func note(_ bar: OutputBar, _ key: Key) -> Bool? {
        guard var track = tracks[key] else {
            guard tracks.count < Self.limit else { return nil }
            tracks[key] = Track(bar, follows: steps.flatMap { tracks[$0] }?.isOver == true)
            return true
        }
        if bar.done < track.newest.done {
            // Another loop of the same length around it: its time goes on.
            if let before = track.newest.elapsed, before > 0 {
                guard let elapsed = bar.elapsed, elapsed < before else { return nil }
            }
            track.restarts += 1
            if key == epochs { reached = 0 }
        } else if key == epochs, bar.done > track.newest.done {
            part = 0
        }
        let before = track.newest.elapsed
        track.newest = bar
        track.newest.elapsed = bar.elapsed ?? before
        tracks[key] = track
        return false
    }

    /// Whether a bar that begins counts the steps from now on.
    private mutating func choose(_ key: Key, _ bar: OutputBar) -> Bool {
        guard let steps, let outer = tracks[steps] else {
            steps = key
            return true
        }
        if outer.isOver {
            // After what was got ready comes the training, after the training its evaluation.
            guard bar.total ?? 0 > steps.total ?? 0 else { return false }
        } else {
            guard epochs == nil, outer.newest.done == outer.first, outer.restarts == 0 else {
                return false
            }
            epochs = steps
        }
        self.steps = key
        return true
    }

    /// Whether a bar that was passed over begins again, when the one that counts steps does not.
    private mutating func replaces(_ key: Key) -> Bool {
        guard let steps, let before = tracks[steps], let track = tracks[key],
            before.isOver, track.follows, track.restarts > before.restarts
        else { return false }
        self.steps = key
        return true
    }

    private mutating func place(ofEpochs bar: OutputBar) -> Place {
        guard steps != nil, steps != epochs else { return .epochs(bar.done, of: bar.total) }
        return place() ?? .epochs(bar.done, of: bar.total)
    }

    private mutating func place() -> Place? {
        guard let outer = epochs.flatMap({ tracks[$0]?.newest }) else { return nil }
        reached = max(reached, min(outer.done + part, outer.total ?? .infinity))
        return .epochs(reached, of: outer.total)
    }
}
