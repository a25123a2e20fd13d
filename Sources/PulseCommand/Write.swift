public import ArgumentParser
import Glibc
import Pulse

/// `pulse write`: one atomic write, for shell scripts.
struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write one PULSE status, atomically.",
        discussion: """
            For training jobs that are shell scripts:
              pulse write idle    -s status.json
              pulse write running -s status.json --epoch 1.5 --total-epochs 3 --loss 0.42
              pulse write done    -s status.json --epoch 3 --total-epochs 3 --loss 0.31
              pulse write error   -s status.json --message "out of memory"

            An option of PULSE v2 makes it a document of that version, with null for what isn't told:
              pulse write running -s status.json --epoch 1.5 --steps-done 310 --lr 1e-5 --metric eval_loss=0.5

            A reader sees the old state or the new one, never half of it. On an error the file stays as it was, \
            and the exit code is 1. PULSE_STATUS_FILE in the environment stands for --status-file.
            """)

    @Argument(help: "What the job does.")
    var state: TrainingStatus.State

    @Option(
        name: .shortAndLong, help: "The file to write; its directory must exist.",
        completion: .file())
    var statusFile: String

    // Unconditional: a value may begin with a minus.
    @Option(
        parsing: .unconditional, help: "Epochs done, with fractions.",
        parse: NumberArgument.number)
    var epoch = 0.0

    @Option(
        parsing: .unconditional, help: "Epochs planned; 0 when that isn't known.",
        parse: NumberArgument.number)
    var totalEpochs = 0.0

    @Option(
        parsing: .unconditional,
        help: "The newest loss. (default: 0.0; in PULSE v2 null: there is none)",
        transform: NumberArgument.number)
    var loss: Double?

    @Option(
        parsing: .unconditional,
        help: """
            Message shown to viewers. (default: "Waiting to start...", "Training", "Training completed" or \
            "Training failed")
            """)
    var message: String?

    @OptionGroup(title: "Options of PULSE v2")
    var details: WriteDetails

    func validate() throws {
        if statusFile.isEmpty { throw ValidationError("--status-file must not be empty.") }
        do {
            _ = try document()
        } catch {
            throw ValidationError("\(error.description).")
        }
    }

    func run() throws {
        do {
            try StatusFileWriter(path: statusFile).write(try document())
        } catch {
            CommandOutput.error(error.description)
            throw ExitCode.failure
        }
    }

    private func document() throws(PulseError) -> PulseDocument {
        let status = try TrainingStatus(
            status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss ?? 0,
            message: message ?? defaultMessage, timestamp: Int64(time(nil)))
        guard let details = try details.value() else { return PulseDocument(status) }
        return PulseDocument(status, details: details, hasLoss: loss != nil)
    }

    private var defaultMessage: String {
        switch state {
        case .idle: "Waiting to start..."
        case .running: "Training"
        case .done: "Training completed"
        case .error: "Training failed"
        }
    }
}

extension TrainingStatus.State: ExpressibleByArgument {}
