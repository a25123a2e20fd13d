internal import Pulse

/// Something that a trainer, or the `pulse run` around it, did: a document, and who wrote it.
///
/// The server sees the document alone. Who wrote it is the truth that the oracle judges by.
final class Act: Sendable {
    /// Counted over all acts of a world, from 1.
    let serial: Int
    /// The process that trained.
    let process: Int
    /// The training that people mean, its resumes included.
    let run: Int
    let document: TrainingStatus
    /// Whether it says that its run begins: its epoch is the one that the trainer begins with.
    let isBeginning: Bool
    /// Whether the process goes on with the run of one before it.
    let isResume: Bool

    init(
        serial: Int, process: Int, run: Int, document: TrainingStatus, isBeginning: Bool,
        isResume: Bool
    ) {
        self.serial = serial
        self.process = process
        self.run = run
        self.document = document
        self.isBeginning = isBeginning
        self.isResume = isResume
    }
}

extension Act {
    /// Whether it says nothing but that another act's command lives.
    func isKeepAlive(of other: Act) -> Bool {
        document.epoch == other.document.epoch && document.loss == other.document.loss
            && document.totalEpochs == other.document.totalEpochs
            && document.status == other.document.status
    }
}

extension Act: CustomStringConvertible {
    var description: String {
        "#\(serial) of process \(process), run \(run): \(document.status.rawValue)"
            + " \(document.epoch)/\(document.totalEpochs) loss \(document.loss)"
            + " at \(document.timestamp)"
    }
}

/// What a file holds, and which act it comes from; nil for what is no document.
struct Content: Sendable {
    var bytes: [UInt8]
    var act: Act?

    static let empty = Content(bytes: [], act: nil)

    init(_ act: Act) {
        bytes = PulseEncoder.encode(act.document)
        self.act = act
    }

    init(bytes: [UInt8], act: Act?) {
        self.bytes = bytes
        self.act = act
    }

    /// The first part, as a writer leaves it that dies in between.
    var part: Content { Content(bytes: Array(bytes.prefix(bytes.count / 3)), act: nil) }

    /// The same with a loss that is NaN, as JSON libraries spell it that aren't strict.
    var withNaN: Content {
        let text = String(decoding: bytes, as: UTF8.self)
        return Content(
            bytes: Array(text.replacing("\"loss\": ", with: "\"loss\": NaN, \"\": ").utf8),
            act: nil)
    }
}
