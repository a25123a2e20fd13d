internal import Pulse

/// What one source has told so far that only PULSE v2 has a place for: pure.
///
/// A rate and a size hold until they are told anew. A metric stands in the one document that is
/// written next (`docs/PULSE-v2.md` §6).
struct ReportedDetails: Sendable {
    private var learningRate: Double?
    private var memory: Int64?
    /// The names that were seen first: a run keeps no others.
    private var names: Set<String> = []
    /// What each name was told with last.
    private var newest: [String: Double] = [:]
    /// Metrics that no document has told yet.
    private var unwritten: [String: Double] = [:]

    mutating func take(_ details: ReportDetails) {
        learningRate = details.learningRate ?? learningRate
        memory = details.memory ?? memory
        for metric in details.metrics {
            if names.count < ReportDetails.limit { names.insert(metric.name) }
            guard names.contains(metric.name) else { continue }
            let before = newest.updateValue(metric.value, forKey: metric.name)
            if details.repeatsMetrics, before?.bitPattern == metric.value.bitPattern { continue }
            unwritten[metric.name] = metric.value
        }
    }

    /// To be called when a document with the metrics was written.
    mutating func forgetMetrics() {
        unwritten = [:]
    }

    /// What is wrong with metrics, such as `eval_loss is NaN`: they have no spelling.
    var problems: [String] {
        unwritten.sorted { $0.key < $1.key }.compactMap { name, value in
            value.isFinite ? nil : "\(name) is \(value.isNaN ? "NaN" : value > 0 ? "inf" : "-inf")"
        }
    }

    /// The details of a document, with the optimizer updates done and planned.
    func document(steps: Double?, totalSteps: Double?) -> RunDetails {
        let metrics = unwritten.filter(\.value.isFinite).map { (name: $0.key, value: $0.value) }
        // All of it was judged when it was taken.
        let details = try? RunDetails(
            stepsDone: Self.integer(steps), totalSteps: Self.integer(totalSteps),
            learningRate: learningRate, gpuMemoryUsage: memory, metrics: metrics)
        return details ?? .unknown
    }

    /// nil for what frameworks call unlimited, and for what is no count.
    private static func integer(_ count: Double?) -> Int64? {
        guard let count, count >= 0, count < 0x1p53 else { return nil }
        return Int64(exactly: count)
    }
}
