package import Pulse

/// What was read is no checkpoint of this version, or a damaged one.
package struct CheckpointError: Error, Sendable, Equatable {
    package init() {}
}

/// Reads what ``CheckpointWriter`` wrote, and believes nothing of it.
package struct CheckpointReader {
    private var bytes: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    /// Whether all of it was read.
    package var isAtEnd: Bool { bytes.isEmpty }

    private mutating func take(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
        guard count <= bytes.count else { throw CheckpointError() }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    package mutating func integer<Value: FixedWidthInteger>() throws(CheckpointError) -> Value {
        var value: Value = 0
        for (index, byte) in try take(Value.bitWidth / 8).enumerated() {
            value |= Value(truncatingIfNeeded: byte) << (index * 8)
        }
        return value
    }

    package mutating func bool() throws(CheckpointError) -> Bool {
        switch try integer() as UInt8 {
        case 0: false
        case 1: true
        default: throw CheckpointError()
        }
    }

    package mutating func double() throws(CheckpointError) -> Double {
        Double(bitPattern: try integer())
    }

    package mutating func duration() throws(CheckpointError) -> Duration {
        Duration(attoseconds: try integer())
    }

    package mutating func string() throws(CheckpointError) -> String {
        let count = try integer() as UInt32
        return String(decoding: try take(Int(count)), as: UTF8.self)
    }

    package mutating func document() throws(CheckpointError) -> PulseDocument {
        let (status, hasLoss) = (try status(), try bool())
        let bytes = try optional { reader throws(CheckpointError) in
            try reader.array { reader throws(CheckpointError) in try reader.integer() as UInt8 }
        }
        guard let bytes else { return PulseDocument(status) }
        guard let details = try? RunDetails(bytes: bytes) else { throw CheckpointError() }
        return PulseDocument(status, details: details, hasLoss: hasLoss)
            .projecting(loss: status.loss)
    }

    package mutating func status() throws(CheckpointError) -> TrainingStatus {
        guard let state = TrainingStatus.State(rawValue: try string()) else {
            throw CheckpointError()
        }
        let (epoch, totalEpochs, loss) = (try double(), try double(), try double())
        let (message, timestamp) = (try string(), try integer() as Int64)
        do {
            return try TrainingStatus(
                status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss,
                message: message, timestamp: timestamp)
        } catch {
            throw CheckpointError()
        }
    }

    package mutating func optional<Value>(
        _ body: (inout CheckpointReader) throws(CheckpointError) -> Value
    ) throws(CheckpointError) -> Value? {
        try bool() ? try body(&self) : nil
    }

    package mutating func array<Value>(
        _ body: (inout CheckpointReader) throws(CheckpointError) -> Value
    ) throws(CheckpointError) -> [Value] {
        var values: [Value] = []
        // Not reserved: what is damaged may name any count.
        for _ in 0..<(try integer() as UInt32) { values.append(try body(&self)) }
        return values
    }
}
