import TestSupport
import Testing

@testable import Pulse

@Suite("TrainingStatus")
struct TrainingStatusTests {
    // Order 16.2-FINAL, block 1: exactly these keys.
    @Test("has the six fields and no other")
    func fields() throws {
        let names = Mirror(reflecting: try TrainingStatus.sample()).children.compactMap(\.label)
        #expect(Set(names) == ["status", "epoch", "totalEpochs", "loss", "message", "timestamp"])
    }

    @Test(
        "refuses numbers that JSON does not have, by field",
        arguments: [Double.nan, -.nan, .infinity, -.infinity, .signalingNaN])
    func notFinite(_ value: Double) throws {
        let errors = [
            #expect(throws: PulseError.self) { try TrainingStatus.sample(epoch: value) },
            #expect(throws: PulseError.self) { try TrainingStatus.sample(of: value) },
            #expect(throws: PulseError.self) { try TrainingStatus.sample(loss: value) },
        ]
        #expect(errors.map(\.?.reason) == [.notFinite, .notFinite, .notFinite])
        #expect(errors.map(\.?.field) == [.epoch, .totalEpochs, .loss])
        #expect(errors.allSatisfy { $0?.offset == nil })
    }

    @Test("refuses what is below 0, but for the loss")
    func negative() throws {
        let errors = [
            #expect(throws: PulseError.self) { try TrainingStatus.sample(epoch: -1) },
            #expect(throws: PulseError.self) {
                try TrainingStatus.sample(of: -.leastNonzeroMagnitude)
            },
            #expect(throws: PulseError.self) { try TrainingStatus.sample(timestamp: -1) },
        ]
        #expect(errors.map(\.?.reason) == [.negative, .negative, .negative])
        #expect(errors.map(\.?.field) == [.epoch, .totalEpochs, .timestamp])
        #expect(try TrainingStatus.sample(loss: -7).loss == -7)
    }

    @Test("takes the bounds of every field")
    func bounds() throws {
        let status = try TrainingStatus.sample(
            epoch: .greatestFiniteMagnitude, of: 0, loss: -.greatestFiniteMagnitude, message: "",
            timestamp: .max)
        #expect(try PulseDecoder.decode(PulseEncoder.encode(status)) == status)
    }

    @Test("refuses a message that no document can hold, and takes the longest that one can")
    func longMessages() throws {
        let room =
            PulseDecoder.sizeLimit - (try TrainingStatus.sample(message: "").document.utf8.count)
        let longest = String(repeating: "x", count: room)
        #expect(
            try TrainingStatus.sample(message: longest).document.utf8.count
                == PulseDecoder.sizeLimit)
        for tooLong in [longest + "x", String(repeating: "\u{1}", count: room / 6 + 1)] {
            let error = #expect(throws: PulseError.self) {
                try TrainingStatus.sample(message: tooLong)
            }
            #expect(error?.reason == .tooLarge)
        }
    }

    @Test(
        "gives the progress in percent",
        arguments: [
            // Order 16.2-FINAL, block 2.2.
            (2.5, 3, 83.33333333333333), (0, 3, 0), (3, 3, 100), (1, 2, 50),
            (0.1, 3, 3.3333333333333335),
            // More than planned; not known; nothing.
            (3.5, 3, 100), (1, 0, 0), (0, 0, 0), (-0.0, 3, 0),
            // The ends of the doubles.
            (.greatestFiniteMagnitude, .greatestFiniteMagnitude, 100),
            (1, .greatestFiniteMagnitude, 100 / .greatestFiniteMagnitude),
            (.greatestFiniteMagnitude / 2, .greatestFiniteMagnitude, 50),
            (.leastNonzeroMagnitude, 1, 100 * .leastNonzeroMagnitude),
            (1, .leastNonzeroMagnitude, 100),
            (.leastNonzeroMagnitude, 2 * .leastNonzeroMagnitude, 50),
        ] as [(Double, Double, Double)])
    func progress(_ epoch: Double, _ totalEpochs: Double, _ percent: Double) throws {
        #expect(try TrainingStatus.sample(epoch: epoch, of: totalEpochs).progress == percent)
    }

    @Test("keeps the progress between 0 and 100, rising with the epoch")
    func progressBounds() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let (epoch, total) = (
                Double(bitPattern: random.next() >> 1), Double(bitPattern: random.next() >> 1)
            )
            guard epoch.isFinite, total.isFinite else { continue }
            let progress = try TrainingStatus.sample(epoch: epoch, of: total).progress
            #expect((0...100).contains(progress), "\(epoch) of \(total)")
            let more = try TrainingStatus.sample(
                epoch: min(epoch.nextUp, .greatestFiniteMagnitude), of: total
            ).progress
            #expect(more >= progress, "\(epoch) of \(total)")
        }
    }

    @Test("is equal when the document is")
    func equality() throws {
        let composed = try TrainingStatus.sample(message: "\u{E9}")
        let decomposed = try TrainingStatus.sample(message: "e\u{301}")
        #expect(composed != decomposed)
        #expect(composed == (try TrainingStatus.sample(message: "\u{E9}")))
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(try TrainingStatus.sample(loss: 0) != TrainingStatus.sample(loss: -0.0))
        #expect(try TrainingStatus.sample(.idle) != TrainingStatus.sample(.error))
        #expect(try TrainingStatus.sample(timestamp: 1) != TrainingStatus.sample(timestamp: 2))
    }
}
