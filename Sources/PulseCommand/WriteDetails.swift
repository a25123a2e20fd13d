import ArgumentParser
import Pulse

/// The options of `pulse write` for what PULSE v2 adds (`docs/PULSE-v2.md` §1).
struct WriteDetails: ParsableArguments {
    /// One metric, as `NAME=NUMBER`.
    struct Metric: ExpressibleByArgument {
        let name: String
        let value: Double

        init?(argument: String) {
            let parts = argument.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = Double(parts[1]) else { return nil }
            (name, self.value) = (String(parts[0]), value)
        }
    }

    @Option(
        help: "The version to write: 1 or 2. (default: 2 with any of these options, else 1)",
        transform: PulseVersionArgument.parse)
    var pulseVersion: Int?

    @Option(help: "The named set of parameters.")
    var profile: String?

    @Option(help: "What it trains on.")
    var dataset: String?

    @Option(
        parsing: .unconditional, help: "Optimizer updates done, those before a resume included.")
    var stepsDone: Int64?

    @Option(parsing: .unconditional, help: "Optimizer updates planned.")
    var totalSteps: Int64?

    @Option(parsing: .unconditional, help: "The learning rate last used.")
    var lr: Double?

    @Option(parsing: .unconditional, help: "Samples in one update, over all ranks.")
    var batchSize: Int64?

    @Option(parsing: .unconditional, help: "Bytes: the peak of memory reserved on the device.")
    var gpuMemoryUsage: Int64?

    @Option(
        help: "Another measure, such as eval_loss=0.5; may be given several times.")
    var metric: [Metric] = []

    @Option(help: "Which run this is, the same for each of its attempts.")
    var runName: String?

    @Option(parsing: .unconditional, help: "Which attempt of the run, from 1.")
    var attempt: Int64?

    func validate() throws {
        if pulseVersion == 1, isTold {
            throw ValidationError(
                "PULSE v1 has none of these fields: leave out --pulse-version 1, and PULSE_VERSION."
            )
        }
    }

    /// nil for a document of version 1.
    func value() throws(PulseError) -> RunDetails? {
        guard pulseVersion == 2 || isTold else { return nil }
        return try RunDetails(
            profile: profile, dataset: dataset, stepsDone: stepsDone, totalSteps: totalSteps,
            learningRate: lr, batchSize: batchSize, gpuMemoryUsage: gpuMemoryUsage,
            metrics: metric.map { ($0.name, $0.value) }, run: runName, attempt: attempt)
    }

    private var isTold: Bool {
        profile != nil || dataset != nil || stepsDone != nil || totalSteps != nil || lr != nil
            || batchSize != nil || gpuMemoryUsage != nil || !metric.isEmpty || runName != nil
            || attempt != nil
    }
}
