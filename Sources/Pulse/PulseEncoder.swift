/// Writes PULSE v1 documents in their canonical spelling: one line, six fields in order, no
/// newline.
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
}
