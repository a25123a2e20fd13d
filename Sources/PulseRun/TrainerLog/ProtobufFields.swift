/// The fields of one protobuf message, in their order (protobuf.dev, "Encoding"): pure.
///
/// What is malformed ends the message where it is.
struct ProtobufFields: Sequence, IteratorProtocol {
    enum Value {
        case varint(UInt64)
        /// Of 32 or 64 bits, as they are.
        case fixed(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ message: ArraySlice<UInt8>) {
        rest = message
    }

    mutating func next() -> (number: UInt64, value: Value)? {
        guard let key = varint(), let value = value(ofType: key & 7) else { return nil }
        return (key >> 3, value)
    }

    /// All varints that the rest is made of: a packed field.
    mutating func packed() -> UInt64? { varint() }

    private mutating func value(ofType type: UInt64) -> Value? {
        switch type {
        case 0: return varint().map(Value.varint)
        case 1: return take(8).map { .fixed($0.littleEndian) }
        case 2:
            guard let count = varint().flatMap(Int.init(exactly:)) else { return nil }
            return take(count).map(Value.bytes)
        case 5: return take(4).map { .fixed($0.littleEndian) }
        default: return nil
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Seven bits a byte, the least significant first; ten bytes at most.
    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
            if byte < 0x80 { return value }
        }
        return nil
    }
}
