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
    let document: PulseDocument
    /// Whether it says that its run begins: its epoch is the one that the trainer begins with.
    let isBeginning: Bool
    /// Whether the process goes on with the run of one before it.
    let isResume: Bool

    init(
        serial: Int, process: Int, run: Int, document: PulseDocument, isBeginning: Bool,
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
            && document.details?.stepsDone == other.document.details?.stepsDone
    }

    /// The same once more, with another time: unix seconds.
    func again(as serial: Int, at time: Int64) -> Act {
        // Every number here stood in a document already, so this can't fail.
        guard
            let written = try? TrainingStatus(
                status: document.status, epoch: document.epoch,
                totalEpochs: document.totalEpochs, loss: document.v1.loss,
                message: document.message, timestamp: time)
        else { preconditionFailure("a trainer wrote an invalid document") }
        let again =
            document.details.map {
                PulseDocument(written, details: $0, hasLoss: document.hasLoss)
            } ?? PulseDocument(written)
        return Act(
            serial: serial, process: process, run: run, document: again,
            isBeginning: isBeginning, isResume: isResume)
    }

    /// Whether a reader of version 1 gets it so, whatever stands there for a loss that it hasn't.
    func isServed(as status: TrainingStatus?) -> Bool {
        status.map { $0 == document.projecting(loss: $0.loss).v1 } ?? false
    }
}

extension PulseDocument {
    /// Whether it tells by itself of a loss: a 0 of version 1 may mean that there is none.
    var measures: Bool { details == nil ? v1.loss != 0 : hasLoss }
}

extension Act: CustomStringConvertible {
    var description: String {
        let loss = document.loss.map { "\($0)" } ?? "null"
        let who =
            document.details.map { details in
                ", says run \(details.run, default: "null"),"
                    + " attempt \(details.attempt, default: "null"),"
                    + " step \(details.stepsDone, default: "null")"
            } ?? ""
        return "#\(serial) of process \(process), run \(run): \(document.status.rawValue)"
            + " \(document.epoch)/\(document.totalEpochs) loss \(loss)"
            + " at \(document.timestamp)\(who)"
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
