internal import Pulse
internal import PulseMonitor

/// One run of many, as its ITEM says.
struct RunRow: Sendable, Equatable {
    let id: String
    let source: String
    /// Where it stands among the others.
    let place: RunPlace
    let reading: RunReading
    /// Whether it is the run that its source tells of now.
    let isCurrent: Bool
    /// Whether another run has taken its place before it told of an end.
    private let isReplaced: Bool
    /// Whether a loss was measured.
    let hasLoss: Bool
    /// When its newest update arrived, by the server's clock: unix time in seconds.
    let updated: Int64
    /// The ITEM itself.
    let document: [UInt8]

    /// nil when the document is no ITEM; further members are a newer server's, and pass.
    init?(_ document: [UInt8]) {
        let value = JSONValue(document)
        guard let id = value?["id"]?.string, let source = value?["source"]?.string,
            let state = value?["status"]?.string.flatMap(TrainingStatus.State.init),
            let epoch = value?["epoch"]?.number, let total = value?["total_epochs"]?.number,
            let loss = value?["loss"]?.number, let message = value?["message"]?.string,
            let timestamp = value?["timestamp"]?.integer,
            let updated = value?["updated"]?.integer,
            let liveness = value?["liveness"]?.string.flatMap(Liveness.init),
            let sourceState = value?["source_state"]?.string.flatMap(SourceState.init),
            let status = try? TrainingStatus(
                status: state, epoch: epoch, totalEpochs: total, loss: loss, message: message,
                timestamp: timestamp)
        else { return nil }
        self.id = id
        self.source = source
        place = RunPlace(started: value?["started"]?.integer, id: id)
        let hasLoss = value?["best_loss"]?.number != nil || loss != 0
        let details = RunDetails.told(by: value?["details"])
        reading = RunReading(
            document: details.map { PulseDocument(status, details: $0, hasLoss: hasLoss) }
                ?? PulseDocument(status), liveness: liveness,
            etaSeconds: value?["eta_seconds"]?.number, source: sourceState,
            sourceError: value?["source_error"]?.string)
        self.hasLoss = hasLoss
        isCurrent = value?["current"] != .bool(false)
        isReplaced = value?["state"]?.string == "replaced"
        self.updated = updated
        self.document = document
    }

    /// What is known of it, in a word.
    var verdict: Verdict {
        if isReplaced { return .replaced }
        // Somebody has tidied up behind a run that had ended.
        guard reading.source == .missing else { return Verdict(reading) }
        var tidied = reading
        tidied.source = .ok
        let verdict = Verdict(tidied)
        return verdict.isEnd ? verdict : Verdict(reading)
    }
}

extension RunDetails {
    /// The `details` of an ITEM; nil where it has none, or none that PULSE v2 allows.
    fileprivate static func told(by value: JSONValue?) -> RunDetails? {
        guard case .object(let members)? = value else { return nil }
        var metrics: [(name: String, value: Double)] = []
        if case .object(let told)? = members["metrics"] {
            metrics = told.compactMap { name, value in value.number.map { (name, $0) } }
        }
        return try? RunDetails(
            profile: members["profile"]?.string, dataset: members["dataset"]?.string,
            stepsDone: members["steps_done"]?.integer, totalSteps: members["total_steps"]?.integer,
            learningRate: members["lr"]?.number, batchSize: members["batch_size"]?.integer,
            gpuMemoryUsage: members["gpu_memory_usage"]?.integer, metrics: metrics,
            run: members["run"]?.string, attempt: members["attempt"]?.integer)
    }
}

extension JSONValue {
    fileprivate var integer: Int64? { number.flatMap { Int64(exactly: $0) } }
}
