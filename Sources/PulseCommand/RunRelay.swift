import PulseNATS
import PulseRun

/// A relay beside a training.
struct RunRelay {
    private let relay: StatusRelay
    private let worker: Worker<StatusRelay.Outcome>
    private let address: String

    /// Starts sending.
    init(_ relay: StatusRelay, to address: String) {
        self.relay = relay
        self.address = address
        worker = Worker("pulse.relay") { relay.run() }
    }

    /// Waits until the last state is acknowledged, for a bounded time, and prints an error when it isn't.
    func finish() {
        relay.stop()
        guard case .undelivered(let error) = worker.result() else { return }
        CommandOutput.error("the last state was not acknowledged by \(address): \(error)")
    }
}
