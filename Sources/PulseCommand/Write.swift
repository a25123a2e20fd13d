public import ArgumentParser
import Glibc
import Pulse

/// `pulse write`: one atomic write, for shell scripts.
struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write one PULSE v1 status, atomically.",
        discussion: """
            For training jobs that are shell scripts:
              pulse write running --status-file status.json --epoch 1.5 --total-epochs 3 --loss 0.42
              pulse write done    --status-file status.json --epoch 3 --total-epochs 3 --loss 0.31

            A reader sees the old state or the new one, never half of it. On an error the file stays as it was.
            """)

    @Argument(help: "The state: idle, running, done or error.")
    var state: TrainingStatus.State

    @Option(name: .shortAndLong, help: "The file to write.")
    var statusFile: String

    @Option(help: "Epochs done, with fractions.")
    var epoch = 0.0

    @Option(help: "Epochs planned; 0 when that isn't known.")
    var totalEpochs = 0.0

    @Option(help: "The newest loss.")
    var loss = 0.0

    @Option(help: "A line for whoever watches. (default: by state)")
    var message: String?

    func run() throws {
        do {
            let status = try TrainingStatus(
                status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss,
                message: message ?? defaultMessage, timestamp: Int64(time(nil)))
            try StatusFileWriter(path: statusFile).write(status)
        } catch {
            CommandOutput.error(error.description)
            throw ExitCode.failure
        }
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
