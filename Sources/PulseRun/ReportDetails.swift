/// What a report tells that only PULSE v2 has a place for (`docs/PULSE-v2.md` §1).
struct ReportDetails: Hashable, Sendable {
    /// A measure, which may not be finite.
    struct Metric: Sendable {
        /// Such as a document of v2 can hold.
        let name: String
        var value: Double
    }

    /// The rate that was used last, finite and 0 or more; of several the largest.
    private(set) var learningRate: Double?
    /// Bytes: the peak of memory reserved on the device.
    private(set) var memory: Int64?
    /// In the order in which they were told; no name stands twice.
    private(set) var metrics: [Metric] = []
    /// Metrics stand in each report of this source until they change: those that are as they were
    /// are not measured anew.
    var repeatsMetrics = false

    /// As many as a document holds.
    static let limit = 64
    private static let nameLimit = 64

    /// Takes a rate of one of the parameter groups; none where it can't be one.
    mutating func take(rate: Double?) {
        guard let rate, rate.isFinite, rate >= 0 else { return }
        // Never -0.
        learningRate = max(learningRate ?? 0, rate + 0)
    }

    /// Takes a size in GiB; none where it can't be one.
    mutating func take(gibibytes: Double?) {
        guard let gibibytes, gibibytes >= 0 else { return }
        memory = Int64(exactly: (gibibytes * 0x1p30).rounded())
    }

    /// Takes a measure under its name; the newest of one name counts.
    ///
    /// What a document's names may not hold becomes `_`, as `pulse_wrapper` does it.
    mutating func take(metric name: String, _ value: Double) {
        let name = Self.fit(name)
        guard !name.isEmpty else { return }
        if let index = metrics.firstIndex(where: { $0.name == name }) {
            metrics[index].value = value
        } else if metrics.count < Self.limit {
            metrics.append(Metric(name: name, value: value))
        }
    }

    /// Takes what was told later.
    mutating func take(_ newer: ReportDetails) {
        learningRate = newer.learningRate ?? learningRate
        memory = newer.memory ?? memory
        for metric in newer.metrics { take(metric: metric.name, metric.value) }
    }

    private static func fit(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(nameLimit).map { scalar in
            let isFit =
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9": true
                default: "_./@:-".unicodeScalars.contains(scalar)
                }
            return isFit ? Character(scalar) : "_"
        }
        return String(scalars)
    }
}

extension ReportDetails.Metric: Hashable {
    /// NaN is the same as NaN here.
    static func == (one: Self, other: Self) -> Bool {
        one.name == other.name && one.value.bitPattern == other.value.bitPattern
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(value.bitPattern)
    }
}
