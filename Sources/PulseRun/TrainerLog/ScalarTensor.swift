/// The number that a tensor of one element holds (`tensor.proto`, `types.proto`).
enum ScalarTensor {
    /// nil for one of several elements, or of a type that is no number.
    static func value(of tensor: ArraySlice<UInt8>) -> Double? {
        var type: UInt64 = 0
        var content: ArraySlice<UInt8>?
        var number: Double?
        for (field, value) in ProtobufFields(tensor) {
            switch (field, value) {
            case (1, .varint(let code)): type = code
            case (4, .bytes(let bytes)) where !bytes.isEmpty: content = bytes
            // `float_val` and `double_val`, packed or not.
            case (5, .fixed(let bits)): number = ScalarEvent.shortest(bits)
            case (5, .bytes(let bytes)) where bytes.count == 4:
                number = ScalarEvent.shortest(bytes.littleEndian)
            case (6, .fixed(let bits)): number = Double(bitPattern: bits)
            case (6, .bytes(let bytes)) where bytes.count == 8:
                number = Double(bitPattern: bytes.littleEndian)
            // `int_val`, `int64_val`, and `half_val`, which has the bits of either half.
            case (7, .varint(let bits)), (10, .varint(let bits)):
                number = Double(Int64(bitPattern: bits))
            case (13, .varint(let bits)): number = half(bits, type: type)
            case (7, .bytes(let bytes)), (10, .bytes(let bytes)), (13, .bytes(let bytes)):
                var fields = ProtobufFields(bytes)
                guard let bits = fields.packed(), fields.packed() == nil else { return nil }
                number =
                    field == 13 ? half(bits, type: type) : Double(Int64(bitPattern: bits))
            default: break
            }
        }
        return content.map { decode($0, type: type) } ?? number
    }

    /// The first text of a tensor of texts (`string_val`); nil for any other.
    static func text(of tensor: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for case (8, .bytes(let text)) in ProtobufFields(tensor) { return text }
        return nil
    }

    /// `tensor_content`: the element as it lies in memory.
    private static func decode(_ bytes: ArraySlice<UInt8>, type: UInt64) -> Double? {
        switch (type, bytes.count) {
        case (1, 4): ScalarEvent.shortest(bytes.littleEndian)
        case (2, 8): Double(bitPattern: bytes.littleEndian)
        case (3, 4): Double(Int32(truncatingIfNeeded: bytes.littleEndian))
        case (9, 8): Double(Int64(bitPattern: bytes.littleEndian))
        case (14, 2), (19, 2): half(bytes.littleEndian, type: type)
        default: nil
        }
    }

    /// 16 bits: `DT_BFLOAT16` (14) is the upper half of a float, `DT_HALF` (19) IEEE 754's.
    private static func half(_ bits: UInt64, type: UInt64) -> Double? {
        let bits = UInt32(truncatingIfNeeded: bits & 0xFFFF)
        if type == 14 { return Double(Float(bitPattern: bits << 16)) }
        guard type == 19 else { return nil }
        let sign: Double = bits & 0x8000 == 0 ? 1 : -1
        let fraction = Double(bits & 0x3FF)
        switch bits >> 10 & 0x1F {
        case 0: return sign * fraction * 0x1p-24
        case 0x1F: return fraction == 0 ? sign * .infinity : .nan
        case let exponent:
            let scale = Double(sign: .plus, exponent: Int(exponent) - 15, significand: 1)
            return sign * scale * (1 + fraction / 1024)
        }
    }
}
