/// Writes documents in their canonical spelling: one line, the fields in order, no newline
/// (`docs/PULSE-v1.md` §3, `docs/PULSE-v2.md` §4).
public enum PulseEncoder {
    /// The bytes of a document: what the file holds, what `/status` answers, what the event stream
    /// sends.
    public static func encode(_ status: TrainingStatus) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"status\": ")
        json.string(status.status.rawValue)
        json.literal(", \"epoch\": ")
        json.double(status.epoch)
        json.literal(", \"total_epochs\": ")
        json.double(status.totalEpochs)
        json.literal(", \"loss\": ")
        json.double(status.loss)
        json.literal(", \"message\": ")
        json.string(status.message)
        json.literal(", \"timestamp\": ")
        json.integer(status.timestamp)
        json.literal("}")
        return json.bytes
    }
    /// The bytes of a document of either version.
    public static func encode(_ document: PulseDocument) -> [UInt8] {
        guard let details = document.details else { return encode(document.v1) }
        return encode(document, details)
    }

    /// The bytes of a document as version 2, which knows nothing more of one of version 1.
    package static func encodeAsVersion2(_ document: PulseDocument) -> [UInt8] {
        encode(document, document.details ?? .unknown)
    }

    private static func encode(_ document: PulseDocument, _ details: RunDetails) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"version\": 2, \"status\": ")
        json.string(document.v1.status.rawValue)
        json.literal(", \"epoch\": ")
        json.double(document.v1.epoch)
        json.literal(", \"total_epochs\": ")
        json.double(document.v1.totalEpochs)
        json.literal(", \"loss\": ")
        json.optional(document.loss) { $0.double($1) }
        json.literal(", \"message\": ")
        json.string(document.v1.message)
        json.literal(", \"timestamp\": ")
        json.integer(document.v1.timestamp)
        json.literal(", ")
        json.members(of: details)
        json.literal("}")
        return json.bytes
    }
}

extension JSONWriter {
    /// A value, or `null`.
    package mutating func optional<Value>(
        _ value: Value?, _ write: (inout JSONWriter, Value) -> Void
    ) {
        if let value { write(&self, value) } else { null() }
    }

    /// The members that version 2 adds, without braces.
    package mutating func members(of details: RunDetails) {
        literal("\"profile\": ")
        optional(details.profile) { $0.string($1) }
        literal(", \"dataset\": ")
        optional(details.dataset) { $0.string($1) }
        literal(", \"steps_done\": ")
        optional(details.stepsDone) { $0.integer($1) }
        literal(", \"total_steps\": ")
        optional(details.totalSteps) { $0.integer($1) }
        literal(", \"lr\": ")
        optional(details.learningRate) { $0.double($1) }
        literal(", \"batch_size\": ")
        optional(details.batchSize) { $0.integer($1) }
        literal(", \"gpu_memory_usage\": ")
        optional(details.gpuMemoryUsage) { $0.integer($1) }
        literal(", \"metrics\": {")
        for (index, metric) in details.metrics.enumerated() {
            if index > 0 { literal(", ") }
            string(metric.name)
            literal(": ")
            double(metric.value)
        }
        literal("}, \"run\": ")
        optional(details.run) { $0.string($1) }
        literal(", \"attempt\": ")
        optional(details.attempt) { $0.integer($1) }
    }
}
