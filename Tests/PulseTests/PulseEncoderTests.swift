import TestSupport
import Testing

@testable import Pulse

@Suite("PulseEncoder")
struct PulseEncoderTests {
    @Test("spells the six fields in order, on one line")
    func canonical() throws {
        #expect(
            try TrainingStatus.sample().document == """
                {"status": "running", "epoch": 1.0, "total_epochs": 4.0, "loss": 0.5, \
                "message": "m", "timestamp": 1000}
                """)
    }

    @Test("spells each state", arguments: TrainingStatus.State.allCases)
    func states(_ state: TrainingStatus.State) throws {
        let text = try TrainingStatus.sample(state).document
        #expect(text.hasPrefix("{\"status\": \"\(state.rawValue)\", "))
    }

    @Test("writes what the decoder reads back as the same")
    func readsBack() throws {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<5_000 {
            let numbers = (0..<3).map { _ in Double(bitPattern: random.next()) }
            guard numbers.allSatisfy(\.isFinite) else { continue }
            let message = (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0...0x10FFFF, using: &random)
                        >> UInt32.random(in: 0...14, using: &random))
            }
            let status = try TrainingStatus.sample(
                TrainingStatus.State.allCases.randomElement(using: &random) ?? .idle,
                epoch: abs(numbers[0]), of: abs(numbers[1]), loss: numbers[2],
                message: String(String.UnicodeScalarView(message)),
                timestamp: Int64.random(in: 0...Int64.max, using: &random))
            #expect(try PulseDecoder.decode(PulseEncoder.encode(status)) == status)
        }
    }

    @Test("has no line end and no control character in any document")
    func isOneLine() throws {
        let everything = String(
            String.UnicodeScalarView((0...0x2FFF).compactMap({ Unicode.Scalar($0 as UInt32) })))
        let bytes = PulseEncoder.encode(try TrainingStatus.sample(message: everything))
        #expect(bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        #expect(try PulseDecoder.decode(bytes).message == everything)
    }
}
