/// All that is known about how a command ended.
struct Ending: Hashable, Sendable {
    enum Cause: Hashable, Sendable {
        case ended(Termination)
        /// It never ran: what was to be started, and the system's reason.
        case notStarted(StartFailure)
    }

    var cause: Cause
    /// The kernel killed something in this control group for want of memory meanwhile.
    var ranOutOfMemory = false
    /// What its output tells of the reason, in one line.
    var output: String?
    /// Processes that it started still run.
    var leavesProcesses = false
    /// It was asked to end, by Ctrl-C or a signal.
    var wasStopped = false

    var isSuccess: Bool {
        guard case .ended(let termination) = cause else { return false }
        return termination.isSuccess
    }

    /// The exit code to pass on: 127 or 126 for a command that could not be started, as shells do.
    var exitCode: Int32 {
        switch cause {
        case .ended(let termination): termination.exitCode
        case .notStarted(let failure): failure.exitCode
        }
    }

    /// Why it failed, in one line.
    ///
    /// - Parameter afterTraining: whether the training had come to its end before.
    func reason(afterTraining: Bool = false) -> String {
        switch cause {
        case .notStarted(let failure):
            return failure.description
        case .ended(let termination):
            let place = afterTraining ? " after the training" : ""
            let memory = ranOutOfMemory ? "out of memory?" : nil
            return [termination.description + place, memory, output].compactMap(\.self)
                .joined(separator: ": ")
        }
    }
}
