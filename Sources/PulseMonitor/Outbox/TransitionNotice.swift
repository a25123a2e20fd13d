internal import Pulse

/// One transition, as it is told: what a command finds in its environment.
///
/// It says how things were when it happened, however late it is told.
package struct TransitionNotice: Sendable, Equatable {
    /// Another for each transition, and the same however often it is told: 32 hexadecimal digits.
    package let id: String
    package let transition: RunTransition
    /// The run that it is about; nil of a source before its first.
    package internal(set) var run: RunID?
    /// By the server's clock: unix seconds.
    package let happened: Int64
    /// The environment variables that tell of it, by their names.
    package let variables: [String: String]

    package init(
        id: String, transition: RunTransition, run: RunID?, happened: Int64,
        variables: [String: String]
    ) {
        self.id = id
        self.transition = transition
        self.run = run
        self.happened = happened
        self.variables = variables
    }

    /// Whose transitions are told one at a time, in order.
    package var subject: String { run?.description ?? "" }
}

extension TransitionNotice {
    /// Whether its run has ended, so that it doesn't matter any more whether it was silent before.
    var isEnd: Bool { transition == .done || transition == .error }

    /// Whether it says that the run was silent, or isn't any more.
    var isSilence: Bool { transition == .stale || transition == .recovered }

    /// Whether it tells what the trainer did, and not what Pulse missed.
    var isOfTrainer: Bool { isEnd || transition == .running }
}

extension TransitionNotice {
    /// What is to be told of events that led to a view.
    ///
    /// - Parameter wallClock: when they happened, by the server's clock: unix seconds.
    package static func of(_ events: [RunEvent], _ view: RunView, at wallClock: Int64)
        -> [TransitionNotice]
    {
        var random = SystemRandomNumberGenerator()
        return of(events, view, at: wallClock, using: &random)
    }

    /// The same, with ids from a generator.
    package static func of(
        _ events: [RunEvent], _ view: RunView, at wallClock: Int64,
        using random: inout some RandomNumberGenerator
    ) -> [TransitionNotice] {
        var notices: [TransitionNotice] = []
        for transition in RunTransition.of(events) {
            let id = hexadecimal(random.next()) + hexadecimal(random.next())
            notices.append(
                TransitionNotice(
                    id: id, transition: transition, run: view.run, happened: wallClock,
                    variables: variables(of: transition, view, id: id, at: wallClock)))
        }
        return notices
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func variables(
        of transition: RunTransition, _ view: RunView, id: String, at wallClock: Int64
    ) -> [String: String] {
        var variables = [
            "PULSE_TRANSITION": transition.rawValue,
            "PULSE_TRANSITION_ID": id,
            "PULSE_TRANSITION_TIME": "\(wallClock)",
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
