internal import Pulse
internal import TestSupport

/// What a trainer that writes PULSE v2 tells beside the six fields.
struct TrainerDetails {
    /// Whether it counts steps.
    let tellsSteps: Bool
    private var attempt: Int64 = 0
    private var steps: Int64 = 0
    private var checkpoint: Int64 = 0

    init(tellsSteps: Bool) {
        self.tellsSteps = tellsSteps
    }

    mutating func begin(_ start: Trainer.Start) {
        attempt += 1
        switch start {
        case .run: (attempt, steps, checkpoint) = (1, 0, 0)
        case .resume: steps = checkpoint
        case .extend: break
        }
    }

    /// Some steps later.
    mutating func advance(using random: inout SeededGenerator) {
        steps += Int64.random(in: 1...20, using: &random)
    }

    mutating func save() {
        checkpoint = steps
    }

    /// Version 2 can say that no loss was measured, and that 0 was.
    func told(_ loss: Double?, using random: inout SeededGenerator) -> Double? {
        switch Double.random(in: 0..<1, using: &random) {
        case ..<0.15: nil
        case ..<0.17: 0
        default: loss
        }
    }

    /// A document of a run.
    ///
    /// - Parameter hasLoss: whether one was measured.
    func document(
        _ status: TrainingStatus, of run: Int, in dialect: Dialect, hasLoss: Bool
    ) -> PulseDocument {
        guard dialect != .version1 else { return PulseDocument(status) }
        let isTold = dialect == .told
        guard
            let details = try? RunDetails(
                profile: "simulated", stepsDone: tellsSteps ? steps : nil,
                totalSteps: tellsSteps ? 10_000 : nil, learningRate: 0.001,
                run: isTold ? "run-\(run)" : nil, attempt: isTold ? attempt : nil)
        else { preconditionFailure("a trainer wrote invalid details") }
        return PulseDocument(status, details: details, hasLoss: hasLoss)
    }
}
