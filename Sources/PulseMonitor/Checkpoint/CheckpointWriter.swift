package import Pulse

/// Writes values as bytes, one after the other, without names: integers with the lowest byte first.
package struct CheckpointWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    package mutating func write(_ value: Bool) {
        bytes.append(value ? 1 : 0)
    }

    package mutating func write(_ value: Double) {
        write(value.bitPattern)
    }

    /// In attoseconds, as a `Duration` is.
    package mutating func write(_ value: Duration) {
        write(value.attoseconds)
    }

    package mutating func write(_ value: String) {
        write(UInt32(clamping: value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func write(_ value: PulseDocument) {
        write(value.v1)
        write(value.hasLoss)
        write(value.details) { writer, details in
            writer.write(details.bytes) { $0.write($1) }
        }
    }

    package mutating func write(_ value: TrainingStatus) {
        write(value.status.rawValue)
        write(value.epoch)
        write(value.totalEpochs)
        write(value.loss)
        write(value.message)
        write(value.timestamp)
    }

    package mutating func write<Value>(
        _ value: Value?, _ body: (inout CheckpointWriter, Value) -> Void
    ) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    package mutating func write<Value>(
        _ values: [Value], _ body: (inout CheckpointWriter, Value) -> Void
    ) {
        write(UInt32(clamping: values.count))
        for value in values { body(&self, value) }
    }
}
