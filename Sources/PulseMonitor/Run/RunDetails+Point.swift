package import Pulse

/// What a curve keeps of a document's details, as bytes for whoever keeps curves.
extension RunDetails {
    /// Steps, learning rate, memory and metrics; nil where none of them was told.
    package var pointBytes: [UInt8]? {
        guard
            stepsDone != nil || learningRate != nil || gpuMemoryUsage != nil || !metrics.isEmpty
        else { return nil }
        var writer = CheckpointWriter()
        writer.write(stepsDone) { $0.write($1) }
        writer.write(learningRate) { $0.write($1) }
        writer.write(gpuMemoryUsage) { $0.write($1) }
        writer.write(metrics) { writer, metric in
            writer.write(metric.name)
            writer.write(metric.value)
        }
        return writer.bytes
    }

    /// Reads ``pointBytes``; nil for bytes that are none.
    package static func point(_ bytes: [UInt8]) -> RunDetails? {
        var reader = CheckpointReader(bytes)
        do throws(CheckpointError) {
            let steps: Int64? = try reader.optional { reader throws(CheckpointError) in
                try reader.integer()
            }
            let rate = try reader.optional { reader throws(CheckpointError) in
                try reader.double()
            }
            let memory: Int64? = try reader.optional { reader throws(CheckpointError) in
                try reader.integer()
            }
            let metrics = try reader.array { reader throws(CheckpointError) in
                (name: try reader.string(), value: try reader.double())
            }
            return try? RunDetails(
                stepsDone: steps, learningRate: rate, gpuMemoryUsage: memory, metrics: metrics)
        } catch {
            return nil
        }
    }
}
