/// The view for files, pipes and logs: a line when something has changed, and not too many of them.
struct PlainLines {
    private var lastReason: String?
    private var lastLine: String?
    private var lastTime: Duration?

    /// Updates of the same kind are printed this often at most.
    private static let interval = Duration.seconds(1)
    /// Characters of a message at most.
    private static let messageLimit = 500

    /// The line for a state without the time; nil when there is nothing new to print, or not yet.
    mutating func line(_ text: WatchText) -> String? {
        let reason = "\(text.verdict.word): \(text.reason)"
        let line = Self.line(text)
        guard line != lastLine else { return nil }
        if reason == lastReason, let lastTime, text.now.monotonic - lastTime < Self.interval {
            return nil
        }
        (lastReason, lastLine, lastTime) = (reason, line, text.now.monotonic)
        return line
    }

    /// `running: live, 43.3 %, epoch 1.3 of 3, loss 0.4213, step 310 of 372, ETA 12 min: message`.
    private static func line(_ text: WatchText) -> String {
        let parts =
            [text.reason, text.lastKnown, text.percent, text.epoch, text.loss] + text.details
            + [text.estimate]
        let message = text.message.prefix(messageLimit)
        return "\(text.verdict.word): \(parts.compactMap(\.self).joined(separator: ", "))"
            + (message.isEmpty ? "" : ": \(message)")
    }
}
