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

    /// The state of a run that is over.
    ///
    /// One that was left without an end had been silent since.
    init(_ run: ArchivedRun) {
        self =
            switch run.ending {
            case .done: .done
            case .error: .error
            case .replaced: .replaced
            case nil: .stale
            }
    }
}
