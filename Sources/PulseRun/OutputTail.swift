/// The end of a command's output at one moment.
struct OutputTail: Hashable, Sendable {
    /// Bytes that had been written until then.
    var end: Int64
    /// The last of them.
    var bytes: [UInt8]
}

extension OutputTail {
    /// As one process sends it to another: the end in eight bytes, the lowest first, then the bytes.
    var packet: [UInt8] {
        (0..<Self.headCount).map { UInt8(truncatingIfNeeded: end >> ($0 * 8)) } + bytes
    }

    /// nil for what is too short for it.
    init?(packet: ArraySlice<UInt8>) {
        guard packet.count >= Self.headCount else { return nil }
        let end = packet.prefix(Self.headCount).reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        self.end = Int64(bitPattern: end)
        bytes = Array(packet.dropFirst(Self.headCount))
    }

    /// Bytes before the output in a packet.
    static let headCount = 8
}
