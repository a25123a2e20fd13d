internal import Pulse
internal import PulseMonitor

/// What is known of the run now, in a word.
enum Verdict: Equatable, Sendable {
    case connecting
    /// The newest status may be old: what happened since is not known.
    case unreachable
    /// There is no status at all.
    case unknown
    /// The source isn't ok; the last good status is shown.
    case broken(SourceState)
    case waiting, running, stale, done, failed
    /// Another run has taken its place before it told of an end.
    case replaced

    init(_ state: WatchState) {
        switch state.link {
        case .lost: self = .unreachable
        case .opening: self = .connecting
        case .open, .over:
            guard let reading = state.reading else {
                self = state.emptiness == nil ? .connecting : .unknown
                return
            }
            self.init(reading)
            // Finished, and by no word of its own.
            if state.link == .over, self == .stale, reading.liveness == .finished {
                self = .replaced
            }
        }
    }

    init(_ reading: RunReading) {
        guard reading.source == .ok || Self.isAwaited(reading) else {
            self = .broken(reading.source)
            return
        }
        self =
            switch reading.status.status {
            case .idle: .waiting
            // An old document that came back says running, and is no sign of life.
            case .running: reading.liveness == .live ? .running : .stale
            case .done: .done
            case .error: .failed
            }
    }

    /// A file that isn't there before the job starts is nothing to worry about.
    private static func isAwaited(_ reading: RunReading) -> Bool {
        reading.source == .missing && reading.status.status == .idle
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
        case .replaced: "replaced"
        }
    }

    /// A second sign beside the word.
    var color: StyledText.Style {
        switch self {
        case .connecting, .waiting, .replaced: .cyan
        case .running, .done: .green
        case .stale: .yellow
        case .unreachable, .unknown, .broken, .failed: .red
        }
    }

    /// Whether the run has ended.
    var isEnd: Bool { self == .done || self == .failed }

    /// Whether the numbers shown are the run's present ones, or its last.
    var isCurrent: Bool {
        switch self {
        case .waiting, .running, .done, .failed, .replaced: true
        default: false
        }
    }
}
