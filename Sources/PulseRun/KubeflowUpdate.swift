internal import Pulse

/// The body of a status update in Kubeflow Trainer's protocol (KEP-2779), as the `KubeflowCallback`
/// of transformers 5 and the Kubeflow SDK send it.
///
///     {"trainerStatus": {"lastUpdatedTime": …, "progressPercentage": 41,
///         "estimatedRemainingSeconds": 12, "metrics": [{"name": "loss", "value": "0.52"}, …]}}
///
/// The values are text: Python's `str` of a number, so also `nan` and `inf`.
enum KubeflowUpdate {
    /// What a body says; nil when it is no update.
    static func report(of body: [UInt8]) -> ProgressReport? {
        guard let update = JSONValue(body)?["trainerStatus"], case .object = update else {
            return nil
        }
        let metrics = metrics(of: update)
        let number = { (name: String) in
            metrics[name].flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        }
        var report = ProgressReport(
            step: number("current_step"), totalSteps: number("total_steps"),
            // `current_epoch` belongs to `current_step`; `epoch` to the last log, which the final
            // update has alone.
            epoch: number("current_epoch") ?? number("epoch"),
            loss: metrics["loss"])
        // transformers puts an average in the place of a NaN (`logging_nan_inf_filter`), but not of
        // the gradient's norm.
        report.hasLostGradient = metrics["grad_norm"]?.isNaN ?? false
        if let percentage = update["progressPercentage"]?.number, percentage >= 0 {
            report.fraction = percentage / 100
            // A whole number, rounded down, except at the end.
            report.fractionError = percentage < 100 ? 0.01 : 0
        }
        report.details = details(of: metrics)
        return report
    }

    /// What isn't a measure, or stands in a field of its own.
    private static let fields: Set = [
        "current_step", "total_steps", "current_epoch", "epoch", "loss", "learning_rate",
    ]

    private static func details(of metrics: [String: Double]) -> ReportDetails {
        var details = ReportDetails()
        details.take(rate: metrics["learning_rate"])
        for (name, value) in metrics.sorted(by: { $0.key < $1.key }) where !fields.contains(name) {
            details.take(metric: name, value)
        }
        // The callback sends all that was ever logged at each step.
        details.repeatsMetrics = !details.metrics.isEmpty
        return details
    }

    private static func metrics(of update: JSONValue) -> [String: Double] {
        guard case .array(let list) = update["metrics"] else { return [:] }
        var metrics: [String: Double] = [:]
        for metric in list {
            guard let name = metric["name"]?.string else { continue }
            metrics[name] = metric["value"]?.number ?? metric["value"]?.string.flatMap(Double.init)
        }
        return metrics
    }
}
