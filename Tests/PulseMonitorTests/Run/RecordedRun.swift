import TestSupport
import Testing

/// The states of one training as they arrive, and when it ended.
struct RecordedRun: Sendable, CustomTestStringConvertible {
    struct State: Sendable {
        let seconds: Double
        let epoch: Double
    }

    let name: String
    let totalEpochs: Double
    let states: [State]
    /// Its steps take the same time from beginning to end.
    let isEven: Bool

    var testDescription: String { name }
    var duration: Double { states.last?.seconds ?? 0 }

    /// Runs a training of 620 steps an epoch that reports every ten steps.
    ///
    /// - Parameters:
    ///   - resumingAt: epochs that a checkpoint holds already. The job says epoch 0 first, as most
    ///     trainers do.
    ///   - startUp: seconds until the first step is done.
    ///   - evaluation: seconds of silence after each epoch.
    ///   - stepTime: seconds that a step takes at this part of the whole run, 0 to 1. Each differs
    ///     from it by up to a fifth.
    init(
        _ name: String, epochs totalEpochs: Double, resumingAt: Double = 0, startUp: Double = 5,
        evaluation: Double = 0, stepTime: (Double) -> Double
    ) {
        let stepsPerEpoch = 620
        var random = SeededGenerator(seed: 8)
        var seconds = startUp
        var states = [State(seconds: 0, epoch: 0)]
        let steps = Int(resumingAt * Double(stepsPerEpoch)) + 1...Int(totalEpochs) * stepsPerEpoch
        for step in steps {
            let epoch = Double(step) / Double(stepsPerEpoch)
            seconds += stepTime(epoch / totalEpochs) * Double.random(in: 0.8...1.2, using: &random)
            if step % 10 == 0 { states.append(State(seconds: seconds, epoch: epoch)) }
            if step % stepsPerEpoch == 0, step < steps.upperBound { seconds += evaluation }
        }
        isEven = stepTime(0) == stepTime(1)
        self.name = name
        self.totalEpochs = totalEpochs
        self.states = states
    }

    static let all = [
        RecordedRun("steady", epochs: 3) { _ in 0.5 },
        RecordedRun("resumed at 60 %", epochs: 10, resumingAt: 6, startUp: 30) { _ in 0.5 },
        RecordedRun("slow to start", epochs: 3, startUp: 300) { _ in 0.5 },
        RecordedRun("pauses for evaluation", epochs: 10, evaluation: 120) { _ in 0.5 },
        RecordedRun("gets four times as fast", epochs: 3) { 1 - 0.75 * $0 },
        RecordedRun("gets twice as slow", epochs: 3) { 0.5 + 0.5 * $0 },
    ]
}
