/// What a run listens to, in the order of belief, as the line at its start says it: pure.
struct Listening: Hashable, Sendable {
    var statusFile: String
    /// The logs, or the folders with logs, that the user named.
    var logs: [String] = []
    /// Callbacks may report over HTTP.
    var takesUpdates = false
    /// Logs are looked for in the working directory.
    var findsLogs = false
    /// The command's output passes through us, or goes into a file.
    var readsOutput = false

    /// Such as `listening to: status.json, the trainer's callbacks, the command's output`.
    var line: String {
        var sources = [statusFile] + logs
        if takesUpdates { sources.append("the trainer's callbacks") }
        if findsLogs { sources.append("event files, CSV and trainer_log.jsonl below this folder") }
        if readsOutput { sources.append("the command's output") }
        return "listening to: " + sources.joined(separator: ", ")
    }
}
