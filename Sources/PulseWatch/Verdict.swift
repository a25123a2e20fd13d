internal import Pulse
internal import PulseServer

/// What can truly be said of the run now, in a word: never more than is known.
enum Verdict: Equatable, Sendable {
    case connecting
    /// The last word may be old: nobody can say what happened since.
    case unreachable
    /// There is no status at all.
    case unknown
    /// The source doesn't speak; what it said before is shown.
    case broken(SourceState)
    case waiting, running, stale, done, failed

    init(_ state: WatchState) {
        switch state.link {
        case .lost: self = .unreachable
        case .opening: self = .connecting
        case .open:
            guard let view = state.view, let status = view.status else {
                self = state.emptiness == nil ? .connecting : .unknown
                return
            }
            self.init(view, status)
        }
    }

    private init(_ view: RunView, _ status: TrainingStatus) {
        guard view.source == .ok || Self.isAwaited(view, status) else {
            self = .broken(view.source)
            return
        }
        self =
            switch status.status {
            case .idle: .waiting
            case .running: view.liveness == .stale ? .stale : .running
            case .done: .done
            case .error: .failed
            }
    }

    /// A file that isn't there before the job starts is nothing to worry about.
    private static func isAwaited(_ view: RunView, _ status: TrainingStatus) -> Bool {
        view.source == .missing && status.status == .idle
    }

    /// The word for a person.
    var word: String {
        switch self {
        case .connecting: "connecting"
        case .unreachable: "unreachable"
        case .unknown: "no status"
        case .broken(let source): source.rawValue
        case .waiting: "waiting"
        case .running: "running"
        case .stale: "stale"
        case .done: "done"
        case .failed: "error"
        }
    }

    /// A second sign beside the word.
    var color: StyledText.Style {
        switch self {
        case .connecting, .waiting: .cyan
        case .running, .done: .green
        case .stale: .yellow
        case .unreachable, .unknown, .broken, .failed: .red
        }
    }

    /// Whether the numbers shown are the run's present ones.
    var isCurrent: Bool {
        switch self {
        case .waiting, .running, .done, .failed: true
        default: false
        }
    }
}
