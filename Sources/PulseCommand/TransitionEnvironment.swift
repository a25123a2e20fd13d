import PulseMonitor
import Pulse
import Subprocess

/// What a transition command finds in its environment.
enum TransitionEnvironment {
    static func variables(
        of transition: RunTransition, _ view: RunView
    ) -> [Environment.Key: String?] {
        var variables: [Environment.Key: String?] = [
            "PULSE_TRANSITION": transition.rawValue,
            "PULSE_LIVENESS": view.liveness.rawValue,
            "PULSE_SOURCE": view.source.rawValue,
            "PULSE_SOURCE_ERROR": view.sourceError.map { text($0.description) } ?? "",
        ]
        if let run = view.run, let attempt = view.attempt {
            variables["PULSE_RUN"] = run.description
            variables["PULSE_ATTEMPT"] = "\(attempt)"
        }
        if let status = view.status {
            variables["PULSE_STATUS"] = status.status.rawValue
            variables["PULSE_PROGRESS"] = "\((status.progress * 10).rounded() / 10)"
            variables["PULSE_EPOCH"] = "\(status.epoch)"
            variables["PULSE_TOTAL_EPOCHS"] = "\(status.totalEpochs)"
            // A 0 that nobody measured is no loss.
            variables["PULSE_LOSS"] = view.hasLoss ? "\(status.loss)" : ""
            variables["PULSE_MESSAGE"] = text(status.message)
            variables["PULSE_TIMESTAMP"] = "\(status.timestamp)"
        }
        return variables
    }

    /// What a variable can hold: no NUL, and no more than fits beside all the others.
    private static func text(_ value: String) -> String {
        String(value.filter { $0 != "\0" }.prefix(4_096))
    }
}
