/// How many epochs a run is planned for, worked out from how far it says it is.
///
/// Neither protocol names the total: it is epoch / part done. But trainers round the epoch (to two
/// places, often), so each report only bounds the total, and early ones widely: 0.01 epochs at
/// step 3 of 1000 may mean anything from 2 to 5. The bounds of all reports are intersected, and
/// the value in them that people plan with is taken: what the user gave, else a whole number.
struct TotalEpochs: Sendable {
    /// What the user gave; nil when they gave none.
    private let planned: Double?
    private var bounds: ClosedRange<Double>?
    private var newest = 0.0

    /// A whole number is believed when no other is near: a quarter more or less decides nothing.
    private static let widestSnap = 0.5
    /// Of each double operation's error there is room for thousands.
    private static let slack = 1e-9

    init(planned: Double?) {
        self.planned = planned
    }

    /// The total as far as it is known; 0 when it isn't.
    var value: Double {
        guard let bounds else { return planned ?? 0 }
        if let planned, bounds.contains(planned) { return planned }
        let whole = ((bounds.lowerBound + bounds.upperBound) / 2).rounded()
        let width = bounds.upperBound - bounds.lowerBound
        if whole > 0, bounds.contains(whole), width < Self.widestSnap { return whole }
        return min(max(newest, bounds.lowerBound), bounds.upperBound)
    }

    /// Takes one more report: so many epochs are this part of all.
    mutating func narrow(epoch: Double, done: (fraction: Double, error: Double)) {
        guard epoch > 0, done.fraction > done.error else { return }
        let error = Self.roundingError(of: epoch)
        let lower = max(epoch - error, 0) / (done.fraction + done.error)
        let upper = (epoch + error) / (done.fraction - done.error)
        guard upper.isFinite else { return }
        let fresh = lower * (1 - Self.slack)...upper * (1 + Self.slack)
        newest = epoch / done.fraction
        // Bounds that contradict the ones before are another plan: a resumed run, a new data set.
        bounds = bounds.flatMap { $0.overlaps(fresh) ? $0.clamped(to: fresh) : nil } ?? fresh
    }

    /// Half of the last place that the number seems to be rounded to.
    private static func roundingError(of epoch: Double) -> Double {
        for (scale, error) in [(100.0, 0.005), (10_000.0, 0.000_05)]
        where abs((epoch * scale).rounded() - epoch * scale) < 1e-6 {
            return error
        }
        return 0
    }
}
