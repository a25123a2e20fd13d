/// The numbers of one record of an event file (`tensorboard/compat/proto/event.proto`).
struct ScalarEvent: Hashable, Sendable {
    /// Unix seconds at which it was written.
    var wallTime = 0.0
    var step: Int64 = 0
    /// In their order; pictures, texts and histograms are none.
    var scalars: [Scalar] = []

    /// The Trainer's arguments as JSON, in the one record that has them; nil in all others.
    var arguments: [UInt8]?

    struct Scalar: Hashable, Sendable {
        var tag: String
        var value: Double
    }

    /// Bytes of a tag that is read at most.
    private static let tagLimit = 256

    init(_ record: ArraySlice<UInt8>) {
        for (number, value) in ProtobufFields(record) {
            switch (number, value) {
            case (1, .fixed(let bits)): wallTime = Double(bitPattern: bits)
            case (2, .varint(let bits)): step = Int64(bitPattern: bits)
            case (5, .bytes(let summary)):
                for case (1, .bytes(let value)) in ProtobufFields(summary) {
                    if let scalar = Self.scalar(value) { scalars.append(scalar) }
                    arguments = Self.arguments(value) ?? arguments
                }
            default: break
            }
        }
    }

    /// `Summary.Value` (`summary.proto`): a tag, and a number in one of two forms.
    private static func scalar(_ message: ArraySlice<UInt8>) -> Scalar? {
        var tag: String?
        var number: Double?
        for (field, value) in ProtobufFields(message) {
            switch (field, value) {
            case (1, .bytes(let text)) where text.count <= tagLimit:
                tag = String(decoding: text, as: UTF8.self)
            case (2, .fixed(let bits)): number = shortest(bits)
            case (8, .bytes(let tensor)): number = ScalarTensor.value(of: tensor)
            default: break
            }
        }
        guard let tag, let number else { return nil }
        return Scalar(tag: tag, value: number)
    }

    /// What `TensorBoardCallback` of transformers writes at the start of a training.
    private static func arguments(_ message: ArraySlice<UInt8>) -> [UInt8]? {
        var isArguments = false
        var text: ArraySlice<UInt8>?
        for (field, value) in ProtobufFields(message) {
            switch (field, value) {
            case (1, .bytes(let tag)): isArguments = tag.elementsEqual("args/text_summary".utf8)
            case (8, .bytes(let tensor)): text = ScalarTensor.text(of: tensor)
            default: break
            }
        }
        return isArguments ? text.map(Array.init) : nil
    }

    /// A float as people wrote it: 0.33, and not 0.33000001311302185.
    static func shortest(_ bits: UInt64) -> Double {
        let float = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
        return Double("\(float)") ?? Double(float)
    }
}
