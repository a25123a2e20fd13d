internal import Pulse

/// LLaMA-Factory's `trainer_log.jsonl`: one JSON object a line, in one of two dialects.
///
/// `train/callbacks.py` writes `current_steps`, `total_steps`, `epoch`, `percentage` and, while
/// training, `loss`; `v1/utils/callbacks/logging_callback.py` writes the trainer's own log with
/// `step` and `total_steps`. Neither has the total of epochs or a status; the first has the time
/// since its process began, and the size of memory in GiB. Python's `json.dumps` may write a bare `NaN`.
enum LlamaFactoryLog {
    /// What a line says; nil when it is no line of a trainer log.
    static func report(of line: [UInt8]) -> ProgressReport? {
        guard let entry = JSONValue(line), case .object(let members) = entry else { return nil }
        var report = ProgressReport(
            step: number("current_steps", in: entry) ?? number("step", in: entry),
            totalSteps: number("total_steps", in: entry),
            epoch: number("epoch", in: entry),
            // Old files have `null` where newer ones leave a field out.
            loss: entry["loss"]?.number)
        report.elapsed = entry["elapsed_time"]?.string.flatMap(ElapsedTime.seconds)
        if let percentage = number("percentage", in: entry) {
            report.fraction = percentage / 100
            // It is rounded to two places.
            report.fractionError = 0.000_05
        }
        // Told for each batch of a prediction; a training's lines have these.
        report.isEvaluation =
            report.epoch == nil && report.loss == nil && report.step != nil
            && entry["lr"] == nil && entry["learning_rate"] == nil
        let saysNothing = report.done == nil && report.epoch == nil && report.loss == nil
        report.details = details(of: members)
        return saysNothing ? nil : report
    }

    /// What isn't a measure, or stands in a field of its own.
    private static let fields: Set = [
        "current_steps", "step", "total_steps", "epoch", "percentage", "loss", "lr",
        "learning_rate", "vram_reserved",
    ]

    private static func details(of members: [String: JSONValue]) -> ReportDetails {
        var details = ReportDetails()
        details.take(rate: members["lr"]?.number ?? members["learning_rate"]?.number)
        details.take(gibibytes: members["vram_reserved"]?.number)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !fields.contains(name) {
            if let number = value.number { details.take(metric: name, number) }
        }
        return details
    }

    private static func number(_ name: String, in entry: JSONValue) -> Double? {
        entry[name]?.number.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}
