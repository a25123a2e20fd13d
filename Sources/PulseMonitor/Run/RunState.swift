internal import Pulse

/// What a list of runs says of one: the trainer's status and what Pulse judges, in one word.
package enum RunState: String, Sendable, CaseIterable {
    case running, stale, waiting, done, error, replaced

    /// The state of a current run.
    package init(_ view: RunView) {
        self =
            switch view.liveness {
            case .waiting: .waiting
            case .live: .running
            case .stale: .stale
            case .finished: view.status?.status == .error ? .error : .done
            }
    }
}
